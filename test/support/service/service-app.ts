import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { logOutput } from '../../../src/logging/log-output.ts';
import { readRequired } from './required-variables.ts';

/**
 * The real application with these variables, ready for supertest; its metrics are on any free port.
 * A test may add routes of its own.
 */
export async function startApp(
  env: NodeJS.ProcessEnv = {},
  addRoutes: (fastify: FastifyInstance) => unknown = () => undefined,
): Promise<NestFastifyApplication> {
  // Each line is made as ever, and is not shown among the results of the tests.
  logOutput.write = () => undefined;
  // The event loop of a test is late where many of them share a machine.
  const patient = { METRICS_PORT: '0', SHED_DELAY_MS: '30000' };
  const app = await createApp(readConfig({ ...readRequired(), ...patient, ...env }, undefined));
  const fastify = app.getHttpAdapter().getInstance();
  addRoutes(fastify);
  await app.init();
  await fastify.ready();
  return app;
}
