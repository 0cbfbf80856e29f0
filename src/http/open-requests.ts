import { ServiceUnavailableException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerProblem } from '../errors/answer-problem.ts';

/** What nginx made the status of a request whose client left before the answer: no standard has one. */
const clientLeft = 499;

/**
 * Watches over the requests that have no whole answer yet. One that has taken longer than the milliseconds is answered
 * with 503, or cut off when its answer has begun; one timer looks at the oldest of them, where Fastify's
 * `handlerTimeout` makes a timer and an `AbortController` for each. One whose connection ends is over, and is logged and
 * measured as every other.
 */
export function watchOpenRequests(fastify: FastifyInstance, milliseconds: number): void {
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
      // It is answered once, however long that takes; one that is cut off ends with its connection.
      if (!reply.raw.headersSent) open.delete(reply);
      answerProblem(new ServiceUnavailableException(), reply.request, reply);
    }
  };
  const timer = setInterval(look, Math.min(milliseconds / 10, 500)).unref();
  fastify.addHook('onClose', () => {
    clearInterval(timer);
  });
  fastify.server.on('connection', (socket) => {
    socket.once('close', () => {
      for (const reply of open) if (reply.request.raw.socket === socket) end(reply);
    });
  });
}

/** Fastify itself tells of an answer that is finished or has failed, and never of one that nobody waits for any more. */
function end({ raw }: FastifyReply): void {
  if (!raw.headersSent) raw.statusCode = clientLeft;
  // The handler may go on, and what it writes fails again.
  raw.on('error', () => undefined);
  raw.emit('error', new Error('The connection ended before the answer.'));
}
