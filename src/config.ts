import { z } from 'zod';

export const CONFIG = Symbol('configuration');

export type Config = z.infer<ReturnType<typeof variables>>;

/** The configuration is wrong, or does not fit where the service runs. The message says all there is to mend. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}

/**
 * Reads the configuration from the environment.
 * @throws {ConfigFault} when a variable is wrong, or when the deployment names another release than was built
 */
export function readConfig(env: NodeJS.ProcessEnv, builtRelease: string | undefined): Config {
  const parsed = variables(builtRelease).safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return `  ${name} is ${JSON.stringify(env[name])}: ${message}`;
  });
  throw new ConfigFault(
    [
      'The service cannot start, its configuration is wrong:',
      ...faults,
      'src/README.md lists the variables.',
    ].join('\n'),
  );
}

function variables(builtRelease: string | undefined) {
  return z.object({
    HOST: text().default('0.0.0.0'),
    PORT: wholeNumber(65_535).default(3000),
    ENVIRONMENT: text().default('local'),
    RELEASE: text()
      .refine((release) => builtRelease === undefined || release === builtRelease, {
        error: `this program was built from release "${builtRelease ?? ''}"`,
      })
      .default(builtRelease ?? 'unreleased'),
    LOG_LEVEL: z.enum(logLevels, { error: `expected one of ${logLevels.join(', ')}` }).default('info'),
    DRAIN_SECONDS: wholeNumber(3600).default(0),
  });
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

function text() {
  return z.string().regex(/\S/, { error: 'expected some text; unset it for its default' });
}

/** Digits alone: `Number('')` is 0 and `Number('0x50')` is 80, which nobody means. */
function wholeNumber(most: number) {
  const error = `expected a whole number from 0 to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number().max(most, { error }));
}
