import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Stopping } from '../drain.ts';
import { shedLoad } from '../load/shedding.ts';
import type { RequestLog } from '../logging/request-log.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { addAnswerHeaders } from './answer-headers.ts';
import type { OpenRequests } from './open-requests.ts';

/** What is asked, and told, for each request. */
export interface Parts {
  config: Config;
  stopping: Stopping;
  tracing: Tracing;
  open: OpenRequests;
  requestLog: RequestLog;
}

/**
 * All that is done to each request and each answer, in this order. Fastify runs the hooks of one kind in the order in which
 * they were added, so none is added elsewhere.
 */
export async function addHooks(
  fastify: FastifyInstance,
  { config, stopping, tracing, open, requestLog }: Parts,
): Promise<void> {
  fastify.addHook('onRequest', (request, reply, done) => {
    addAnswerHeaders(reply);
    open.set(request.raw.socket, reply);
    done();
  });
  await tracing.begin(fastify, config);
  await shedLoad(fastify, config);
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.begun) reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    open.delete(request.raw.socket);
    requestLog.answered(reply);
    done();
  });
}
