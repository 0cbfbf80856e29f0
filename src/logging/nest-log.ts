import type { LoggerService } from '@nestjs/common';
import type { FastifyBaseLogger } from 'fastify';

/** Where Nest tells each step of its own start: two dozen lines for whoever debugs it. */
const startContexts = new Set<unknown>([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Writes what Nest's `Logger` is given to the log of Fastify: one stream, one format, one level. */
export class NestLog implements LoggerService {
  readonly #log: FastifyBaseLogger;

  constructor(log: FastifyBaseLogger) {
    this.#log = log;
  }

  // Nest appends the name of the logger, as the last parameter, to all that it is given.
  log(message: unknown, ...parameters: unknown[]): void {
    const context = parameters.at(-1);
    this.#log[startContexts.has(context) ? 'debug' : 'info'](...entry(message, { context }));
  }

  warn(message: unknown, ...parameters: unknown[]): void {
    this.#log.warn(...entry(message, { context: parameters.at(-1) }));
  }

  debug(message: unknown, ...parameters: unknown[]): void {
    this.#log.debug(...entry(message, { context: parameters.at(-1) }));
  }

  verbose(message: unknown, ...parameters: unknown[]): void {
    this.#log.trace(...entry(message, { context: parameters.at(-1) }));
  }

  error(message: unknown, ...parameters: unknown[]): void {
    this.#log.error(...entry(message, errorDetails(parameters)));
  }

  fatal(message: unknown, ...parameters: unknown[]): void {
    this.#log.fatal(...entry(message, errorDetails(parameters)));
  }
}

function errorDetails(parameters: unknown[]): object {
  return { stack: parameters.length > 1 ? parameters[0] : undefined, context: parameters.at(-1) };
}

function entry(message: unknown, details: object): [object, string?] {
  if (message instanceof Error) return [{ ...details, err: message }];
  if (typeof message === 'string') return [details, message];
  return [{ ...details, details: message }];
}
