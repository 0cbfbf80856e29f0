import type { z } from 'zod';
import { Failure } from './failure.ts';

/** Reads variables by their schema; an empty one counts as missing. All that are missing, else all wrong ones, are named. */
export function parseVariables<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv, hint: string) {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => isFilled(value)));
  const { data, error } = schema.safeParse(filled, { reportInput: true });
  if (!error) return data;
  const missing = error.issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('.'));
  if (missing.length > 0) throw new Failure('missing-variable', `Not set, or empty: ${missing.join(', ')}.`, hint);
  // Only values that a schema gives a form are quoted, and no secret has one.
  const wrong = error.issues.map(
    ({ path, input, message }) => `${String(path[0])}: ${JSON.stringify(input)} ${message}.`,
  );
  const where = 'Correct it in the CI/CD settings, or in your shell; scripts/README.md says what each variable is for.';
  throw new Failure('usage', wrong.join('\n'), where);
}

/** Whether a variable is set to something. */
export function isFilled(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
