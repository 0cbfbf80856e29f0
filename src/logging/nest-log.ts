import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { stdSerializers, type Level, type Logger } from 'pino';

/** Where Nest tells each step of its own start: two dozen lines for whoever debugs it. */
const startContexts = /^(NestFactory|NestApplication|InstanceLoader|RoutesResolver|RouterExplorer)$/;

/** Writes what Nest's `Logger` is given to the log: one stream, one format, one level. */
export function createNestLog(log: Logger): LoggerService {
  const write =
    (level: Level) =>
    (...given: unknown[]): void => {
      log[startContexts.test(String(given.at(-1))) ? 'debug' : level](...toLine(level, given));
    };
  return {
    log: write('info'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('trace'),
    error: write('error'),
    fatal: write('fatal'),
  };
}

/**
 * Of what Nest's logger is given, the last text is its name, and that before it the stack of an error; what is neither
 * these, nor the message, nor an error, is in the line as `details`.
 */
function toLine(level: Level, [first, ...rest]: unknown[]): [object, string | undefined] {
  const context = isText(rest.at(-1)) ? rest.pop() : undefined;
  const stack = ['error', 'fatal'].includes(level) && isText(rest.at(-1)) ? rest.pop() : undefined;
  const given = [first, ...rest].filter((value) => value !== undefined);
  const message = given.find(isText);
  const err = given.find((value) => value instanceof Error);
  const details = given.filter((value) => value !== message && value !== err).map((value) => keep(value));
  return [{ context, stack, err, details: details.length > 1 ? details : details[0] }, message];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The value, with what JSON would leave out: errors, maps, sets, functions. */
function keep(value: unknown, depth = 0): unknown {
  if (value instanceof Error) return stdSerializers.err(value);
  if (value instanceof Map) return keep(Object.fromEntries(value), depth);
  if (value instanceof Set) return keep([...value], depth);
  if (typeof value === 'function' || typeof value === 'symbol') return inspect(value);
  if (typeof value !== 'object' || value === null || depth > 4 || 'toJSON' in value) return value;
  if (Array.isArray(value)) return value.map((item) => keep(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, keep(item, depth + 1)]));
}
