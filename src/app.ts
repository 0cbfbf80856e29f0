import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { createValidation } from './errors/invalid-request.ts';
import { ProblemFilter } from './errors/problem.filter.ts';
import { watchOpenRequests } from './http/open-requests.ts';
import { createServerOptions } from './http/server-options.ts';
import { shedLoad } from './load/shedding.ts';
import { createLogOptions } from './logging/log-options.ts';
import { NestLog } from './logging/nest-log.ts';
import { TracingModule } from './tracing/tracing.module.ts';

/** The application as it runs, for `main.ts` and for the tests alike; it does not listen yet. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    ...createServerOptions(config),
    ...createLogOptions(config),
  });
  const fastify = adapter.getInstance();
  // Before Nest is created: it writes from then on.
  Logger.overrideLogger(new NestLog(fastify.log));
  // Plugins before Nest is created, too: awaited any later, they would seal the routes without Nest's error handler.
  await shedLoad(fastify, config);
  watchOpenRequests(fastify, config.REQUEST_SECONDS * 1000);
  const tracing = await TracingModule.on(fastify, config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, tracing), adapter);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(createValidation());
  return app;
}
