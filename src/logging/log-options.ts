import type { FastifyServerOptions } from 'fastify';
import type { Config } from '../config.ts';
import { LateLog } from './late-log.ts';
import { logOutput } from './log-output.ts';
import { RequestLog } from './request-log.ts';

/** The log: JSON with the level's name, the release in each line, secrets taken out; one line a request. */
export function createLogOptions(config: Config) {
  return {
    logger: {
      stream: logOutput,
      level: config.LOG_LEVEL,
      base: { release: config.RELEASE },
      formatters: { level: (level: string) => ({ level }) },
      redact: { paths: secretPaths, censor: '[redacted]' },
    },
    logController: new RequestLog(),
    childLoggerFactory: (logger, bindings, options) => new LateLog(logger, bindings, options),
  } satisfies FastifyServerOptions;
}

const secrets = [
  ...['password', 'secret', 'clientSecret', 'client_secret', 'apiKey', 'api_key', 'x-api-key'],
  ...['token', 'accessToken', 'access_token', 'refreshToken', 'refresh_token'],
  ...['authorization', 'Authorization', 'cookie', 'Cookie', 'set-cookie'],
];
// In what a line is given, and three levels below it: Nest's logger puts what it is given one level down.
const levels = ['', '*', '*.*', '*.*.*'];
const secretPaths = secrets.flatMap((name) => levels.map((above) => `${above}["${name}"]`));
