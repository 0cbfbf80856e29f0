import type { FastifyBaseLogger } from 'fastify';
import { pino, type Logger } from 'pino';
import { listVariables, type Config } from '../config.ts';
import { logOutput } from './log-output.ts';

/** The log: JSON with the level's name, the release in each line, secrets taken out. */
export function createLog(config: Config): Logger {
  logOutput.secrets = listVariables().flatMap(({ name, secret }) => {
    const value = String(config[name as keyof Config] ?? '');
    // What is shorter is no secret, and could be part of any line.
    return secret && value.length >= 8 ? JSON.stringify(value).slice(1, -1) : [];
  });
  const options = {
    level: config.LOG_LEVEL,
    base: { release: config.RELEASE },
    formatters: { level: (level: string) => ({ level }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
  };
  return pino(options, logOutput);
}

/**
 * The logger of a request, which is made when something is first written to it. Few requests write anything but the
 * line of their end, and a child of pino, its secrets taken out, costs more than the rest of a small request.
 */
export function createLateLog(
  parent: FastifyBaseLogger,
  ...child: Parameters<FastifyBaseLogger['child']>
): FastifyBaseLogger {
  let made: FastifyBaseLogger | undefined;
  const make = () => (made ??= parent.child(...child));
  // A logger with a level of its own has methods of its own.
  if (child[1]?.level) return make();
  return new Proxy(parent, {
    // Fastify looks whether the methods are there; one that writes asks for its logger's symbols.
    get: (_, key): unknown => Reflect.get(typeof key === 'symbol' ? make() : (made ?? parent), key),
    set: (_, key, value) => Reflect.set(make(), key, value),
  });
}

const secrets = [
  ...['password', 'secret', 'clientSecret', 'client_secret', 'apiKey', 'api_key', 'x-api-key'],
  ...['token', 'accessToken', 'access_token', 'refreshToken', 'refresh_token'],
  ...['authorization', 'Authorization', 'cookie', 'Cookie', 'set-cookie'],
];
// In what a line is given, and four levels below it: Nest's logger puts what it is given up to two levels down.
const levels = ['', '*', '*.*', '*.*.*', '*.*.*.*'];
const secretPaths = secrets.flatMap((name) => levels.map((above) => `${above}["${name}"]`));
