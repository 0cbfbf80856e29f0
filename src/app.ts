import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { NestLog } from './logging/nest-log.ts';
import { RequestLog } from './logging/request-log.ts';

/** The application as it runs, for `main.ts` and for the tests alike; it does not listen yet. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    logger: {
      level: config.LOG_LEVEL,
      base: { release: config.RELEASE },
      formatters: { level: (level) => ({ level }) },
    },
    logController: new RequestLog(),
    // A request that is on its way when the server closes is answered too, see Drain.
    return503OnClosing: false,
  });
  // Before Nest is created: it writes from then on.
  Logger.overrideLogger(new NestLog(adapter.getInstance().log));
  return NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter);
}
