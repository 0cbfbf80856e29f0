import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { RequestTimeoutException, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { answerProblem } from '../errors/answer-problem.ts';

/** What nginx made the status of a request whose client left before the answer: no standard has one. */
const clientLeft = 499;

/** The requests that have no whole answer yet, in the order in which they came: one a connection, see `http/server.ts`. */
export type OpenRequests = Map<Socket, FastifyReply>;

/**
 * Ends requests that have taken longer than the milliseconds, and those that nobody waits for any more. One timer looks
 * at the oldest of them, where Fastify's `handlerTimeout` makes a timer and an `AbortController` for each.
 */
export function watchOpenRequests(open: OpenRequests, server: Server, milliseconds: number): void {
  const timer = setInterval(endLate, Math.min(milliseconds / 10, 500), open, milliseconds).unref();
  server.once('close', clearInterval.bind(undefined, timer));
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => {
      abandon(open.get(socket));
    });
  });
}

/** Answers with 408 what has not arrived, with 503 what has; an answer that has begun is cut off. */
function endLate(open: OpenRequests, milliseconds: number): void {
  for (const [socket, reply] of open) {
    if (reply.elapsedTime < milliseconds) return;
    // It is answered once, however long that takes; one that is cut off ends with its connection.
    if (!reply.raw.headersSent) open.delete(socket);
    const hasArrived = reply.request.raw.complete;
    if (!hasArrived) reply.header('connection', 'close');
    const late = new RequestTimeoutException('The request did not arrive in time.');
    answerProblem(hasArrived ? new ServiceUnavailableException() : late, reply);
  }
}

/** Fastify itself tells only of an answer that is finished or has failed. */
function abandon(reply: FastifyReply | undefined): void {
  if (!reply) return;
  if (!reply.raw.headersSent) reply.raw.statusCode = clientLeft;
  // The handler may go on, and what it writes fails again.
  reply.raw.on('error', () => undefined);
  reply.raw.emit('error', new Error('The connection ended before the answer.'));
}
