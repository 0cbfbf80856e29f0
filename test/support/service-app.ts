import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

/** The real application with these variables, ready for supertest: no log, no metrics unless they are asked for. */
export async function startApp(env: NodeJS.ProcessEnv = {}): Promise<NestFastifyApplication> {
  const app = await createApp(readConfig({ LOG_LEVEL: 'silent', METRICS_PORT: 'off', ...env }, undefined));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
