import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { Stopping } from './drain.ts';
import { ProblemFilter } from './errors/answer-problem.ts';
import { createValidation } from './errors/invalid-request.ts';
import { takeJson } from './http/body.ts';
import { addHooks } from './http/hooks.ts';
import { createServerOptions } from './http/server-options.ts';
import { createLateLog, createLog } from './logging/log.ts';
import { createNestLog } from './logging/nest-log.ts';
import { faultLog, RequestLog } from './logging/request-log.ts';
import { Metrics } from './metrics/metrics.ts';
import { Tracing } from './tracing/tracing.ts';

/** The application as it runs, for `main.ts` and for the tests alike; it does not listen yet. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const log = createLog(config);
  // Before Nest is created: it writes from then on.
  Logger.overrideLogger(createNestLog(log));
  const [stopping, metrics, tracing] = [new Stopping(), new Metrics(config), new Tracing()];
  const parts = { config, stopping, tracing, requestLog: new RequestLog(log, metrics), open: new Map() };
  const adapter = new FastifyAdapter({
    ...createServerOptions(parts),
    loggerInstance: log,
    logController: faultLog,
    childLoggerFactory: createLateLog,
  });
  const fastify = adapter.getInstance();
  takeJson(fastify);
  // Plugins before Nest is created, too: awaited any later, they would seal the routes without Nest's error handler.
  await addHooks(fastify, parts);
  const root = AppModule.with(config, stopping, metrics, tracing);
  // Nest's own parsers would take forms, too.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest exports no such class
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { bodyParser: false });
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(createValidation());
  return app;
}
