import type { FastifyServerOptions } from 'fastify';
import type { Config } from '../config.ts';

/** The log: JSON with the level's name, the release in each line, secrets taken out. */
export function createLogOptions(config: Config) {
  return {
    level: config.LOG_LEVEL,
    base: { release: config.RELEASE },
    formatters: { level: (level: string) => ({ level }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
  } satisfies FastifyServerOptions['logger'];
}

const secrets = [
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'authorization',
  'cookie',
];
// In what a line is given, and one level below it, such as in the headers of a request.
const secretPaths = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
