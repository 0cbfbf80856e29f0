import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { fastify } from 'fastify';
import { NestLog } from '../../src/logging/nest-log.ts';

test("what Nest's logger is given becomes a line of the service's log, with its level, context and error", () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  Logger.overrideLogger(new NestLog(fastify({ logger: { level: 'trace', stream: { write } } }).log));

  const logger = new Logger('Orders');
  logger.log('Taken');
  logger.warn({ left: 2 });
  logger.verbose('Asked');
  logger.error(new Error('Out of stock'));
  logger.error('Not sent', 'Error: …\n    at here');
  logger.fatal('Lost');

  const common = {
    time: expect.any(Number),
    pid: expect.any(Number),
    hostname: expect.any(String),
    context: 'Orders',
  };
  expect(lines).toEqual([
    { ...common, level: 30, msg: 'Taken' },
    { ...common, level: 40, details: { left: 2 } },
    { ...common, level: 10, msg: 'Asked' },
    {
      ...common,
      level: 50,
      msg: 'Out of stock',
      err: { type: 'Error', message: 'Out of stock', stack: expect.stringContaining('nest-log.test') },
    },
    { ...common, level: 50, msg: 'Not sent', stack: 'Error: …\n    at here' },
    { ...common, level: 60, msg: 'Lost' },
  ]);
});
