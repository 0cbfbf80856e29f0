import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';

/** The configuration of a route that is answered under any load. */
export const neverShed = { pressureHandler: () => undefined };

/** Refuses work, with 503 and `Retry-After`, while the event loop is too late or too busy to do it in time. */
export async function shedLoad(fastify: FastifyInstance, config: Config): Promise<void> {
  await fastify.register(underPressure, {
    maxEventLoopDelay: config.SHED_DELAY_MS,
    maxEventLoopUtilization: config.SHED_UTILIZATION,
    eventLoopUtilizationMode: 'interval',
    sampleInterval: 500,
    retryAfter: 5,
  });
}
