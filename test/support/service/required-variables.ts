import { listVariables } from '../../../src/config.ts';

const required = listVariables().filter((variable) => variable.required);

/** Values for the variables that the service does not start without, which are valid and lead nowhere. */
export const requiredExamples: NodeJS.ProcessEnv = Object.fromEntries(
  required.map(({ name, example }) => [name, example]),
);

/**
 * The variables that the service does not start without, as the environment of the tests has them.
 * @throws when one is not set
 */
export function readRequired(): NodeJS.ProcessEnv {
  const missing = required.filter(({ name }) => process.env[name] === undefined).map(({ name }) => name);
  if (missing.length === 0) return Object.fromEntries(required.map(({ name }) => [name, process.env[name]]));
  throw new Error(`The tests start the service, which needs ${missing.join(', ')}: set it, to what they may use.`);
}
