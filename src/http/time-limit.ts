import { ServiceUnavailableException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerProblem } from '../errors/answer-problem.ts';

/**
 * Answers 503 to every request that has taken longer than the milliseconds, and cuts off an answer that has begun.
 * One timer looks at the oldest of them: Fastify's `handlerTimeout` makes a timer and an `AbortController` for each.
 */
export function limitTime(fastify: FastifyInstance, milliseconds: number): void {
  // In the order in which they came.
  const open = new Set<FastifyReply>();
  fastify.addHook('onRequest', (_request, reply, done) => {
    open.add(reply);
    done();
  });
  fastify.addHook('onResponse', (_request, reply, done) => {
    open.delete(reply);
    done();
  });
  const look = () => {
    for (const reply of open) {
      if (reply.elapsedTime < milliseconds) return;
      open.delete(reply);
      answerProblem(new ServiceUnavailableException(), reply.request, reply);
    }
  };
  setInterval(look, Math.min(milliseconds / 10, 500)).unref();
}
