import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem } from '../errors/answer-problem.ts';
import { createProblem, problemType } from '../errors/problem.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers what is no HTTP, or came too slowly: there is no request that Fastify could answer. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // A client that has left reads no answer. And one that has read an answer here may have read that to this very request,
  // which was not whole yet: a second one would be taken for the answer to the next.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const status = statuses[error.code ?? ''] ?? 400;
  const body = JSON.stringify(createProblem(status));
  const headers = {
    ...securityHeaders,
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`, () => {
    socket.destroySoon();
  });
}

/** Answers a request whose path cannot be decoded: it reaches no route, and no hook. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerProblem(error, request, reply.headers(securityHeaders));
}

const statuses: Partial<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
