import { expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { pino } from 'pino';
import { createNestLog } from '../../src/logging/nest-log.ts';

test("what Nest's logger is given becomes a line of the service's log, with its level, context and error", () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  Logger.overrideLogger(createNestLog(pino({ level: 'trace' }, { write })));

  const logger = new Logger('Orders');
  logger.log('Taken');
  logger.warn({ left: 2 });
  logger.verbose('Asked');
  logger.error(new Error('Out of stock'));
  logger.error('Not sent', 'Error: …\n    at here');
  logger.fatal('Lost');
  logger.error('Not stored', new Error('Disk full'));
  logger.warn('Slow', { order: 7, cause: new RangeError('Too far') });
  logger.log('First', 'Second', new Map([['left', new Set([2])]]));
  logger.log(
    class Order {
      readonly id = 1;
    },
  );
  new Logger().log('Without a name');

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
    {
      ...common,
      level: 50,
      msg: 'Not stored',
      err: { type: 'Error', message: 'Disk full', stack: expect.stringContaining('nest-log.test') },
    },
    {
      ...common,
      level: 40,
      msg: 'Slow',
      details: { order: 7, cause: expect.objectContaining({ type: 'RangeError', message: 'Too far' }) },
    },
    { ...common, level: 30, msg: 'First', details: ['Second', { left: [2] }] },
    { ...common, level: 30, details: '[class Order]' },
    { ...common, context: undefined, level: 30, msg: 'Without a name' },
  ]);
});
