import { z } from 'zod';

type Values = z.infer<ReturnType<typeof variables>>;

/** The configuration, and the token by which Nest injects it. */
export class Config extends (Object as unknown as new () => Values) {}

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
  if (parsed.success) return Object.assign(new Config(), parsed.data);
  const secrets = new Set(listVariables().flatMap(({ name, secret }) => (secret ? name : [])));
  const faults = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const value = secrets.has(name) ? 'set, to a secret' : JSON.stringify(env[name]);
    return `  ${name} is ${env[name] === undefined ? 'not set' : value}: ${message}`;
  });
  const lines = ['The service cannot start, its configuration is wrong:', ...faults];
  throw new ConfigFault([...lines, 'src/README.md lists the variables.'].join('\n'));
}

export interface Variable {
  name: string;
  /** As it would be written in the environment. */
  default: string | undefined;
  description: string;
  required: boolean;
  secret: boolean;
  /** A value that is valid, and leads nowhere: for builds. */
  example: string | undefined;
}

/** All variables, for whoever documents or sets them; `.meta({ secret: true, examples: ['…'] })` says the rest of one. */
export function listVariables(): Variable[] {
  return Object.entries(variables(undefined).shape).map(([name, schema]) => {
    const { description = '', secret = false, examples = [] } = schema.meta() ?? {};
    const { success, data } = schema.safeParse(undefined);
    const [example] = examples.map(String);
    return {
      name,
      default: data?.toString(),
      description,
      required: !success,
      secret: secret === true,
      example,
    };
  });
}

function variables(builtRelease: string | undefined) {
  const port = wholeNumber(0, 65_535);
  return z.object({
    HOST: text().optional().describe('the address to listen on; unless set, all of IPv6 and IPv4 that there are'),
    PORT: port.default(3000).describe('the port to listen on; 0 takes any that is free, the log says which'),
    METRICS_PORT: z
      .union([z.literal('off'), port], { error: 'expected "off", or a whole number from 0 to 65535' })
      .default(9090)
      .describe('the port of `/metrics`, or `off`'),
    ENVIRONMENT: text().default('local').describe("the environment's name, shown by `/`"),
    RELEASE: text()
      .refine((release) => builtRelease === undefined || release === builtRelease, {
        error: `this program was built from release "${builtRelease ?? ''}"`,
      })
      .default(builtRelease ?? 'unreleased')
      .describe('the release that the deployment believes it runs; the build sets the default'),
    LOG_LEVEL: z
      .enum(logLevels, { error: `expected one of ${logLevels.join(', ')}` })
      .default('info')
      .describe(logLevels.map((level) => `\`${level}\``).join(', ')),
    DRAIN_SECONDS: wholeNumber(0, 3600)
      .default(0)
      .describe('how long requests are answered after the stop signal, before the server closes'),
    REQUEST_SECONDS: wholeNumber(1, 3600)
      .default(15)
      .describe('how long a request may take to arrive, and to be answered, also after the drain'),
    BODY_BYTES: wholeNumber(0, 1024 ** 3)
      .default(1024 ** 2)
      .describe("the most that a request's body may hold"),
    TRUST_PROXY: networks()
      .optional()
      .describe('addresses or CIDRs, with commas, of the proxies whose `X-Forwarded-*` are believed'),
    SHED_DELAY_MS: wholeNumber(1, 60_000)
      .default(1000)
      .describe('the delay of the event loop above which work is refused, and the service not ready'),
    SHED_UTILIZATION: share()
      .default(1)
      .describe('the share of time that the event loop may be busy before work is refused; 1 is no limit'),
    UPSTREAM_URL: webAddress().optional().describe('an address that must answer 2xx for the service to be ready'),
    UPSTREAM_TIMEOUT_MS: wholeNumber(1, 60_000).default(1000).describe('how long `UPSTREAM_URL` may take to answer'),
    OTEL_EXPORTER_OTLP_ENDPOINT: webAddress()
      .optional()
      .describe('where traces go, by OTLP over HTTP; the other `OTEL_*` variables are then heeded too'),
  });
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

function text() {
  return z.string().regex(/\S/, { error: 'expected some text; unset it for its default' });
}

function webAddress() {
  return z.url({ protocol: /^https?$/, error: 'expected an http or https address' });
}

/** Digits alone: `Number('')` is 0 and `Number('0x50')` is 80, which nobody means. */
function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number().min(least, { error }).max(most, { error }));
}

function share() {
  const error = 'expected a number above 0, at most 1';
  return z
    .string()
    .regex(/^(0\.\d*[1-9]\d*|1(\.0+)?)$/, { error })
    .transform(Number);
}

function networks() {
  const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((parts) => parts.every((part) => network.safeParse(part).success), {
      error: 'expected addresses or CIDRs with commas between, such as 10.0.0.0/8,192.168.1.1',
    });
}
