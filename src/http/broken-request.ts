import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpException } from '@nestjs/common';
import { answerProblem } from '../errors/answer-problem.ts';
import { createProblem, problemType } from '../errors/problem.ts';
import { createRequestId, listAnswerHeaders } from './answer-headers.ts';
import type { Parts } from './hooks.ts';

/** A client that has left reads no answer. */
const left = new Set<string | undefined>(['ECONNRESET', 'HPE_INVALID_EOF_STATE']);

const statuses: Partial<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers what is no HTTP, or came too slowly: as its request, when Fastify knows one, else past Fastify and its hooks. */
export function answerBroken(parts: Parts, error: NodeJS.ErrnoException, socket: Socket): void {
  const status = statuses[error.code ?? ''] ?? 400;
  const reply = parts.open.get(socket);
  if (reply?.request.raw.complete) {
    // What is broken comes after it.
    reply.raw.once('close', () => socket.destroy());
  } else if (left.has(error.code) || !socket.writable || (!reply && socket.bytesWritten > 0)) {
    // The client may have read an answer to this very request, which was not whole yet: a second one would be taken for
    // the answer to the next.
    socket.destroy();
  } else if (!reply) {
    writeProblem(parts, status, socket, error.code);
  } else if (!reply.sent) {
    const problem = new HttpException('The request is malformed.', status);
    answerProblem(problem, reply.header('connection', 'close'));
  }
}

function writeProblem({ requestLog }: Parts, status: number, socket: Socket, code?: string): void {
  const requestId = createRequestId();
  requestLog.broken({ requestId, status, code }, socket.remoteAddress);
  const body = JSON.stringify(createProblem(status, { requestId }));
  const headers = [
    ...listAnswerHeaders(requestId),
    ['content-type', problemType],
    ['content-length', Buffer.byteLength(body)],
    ['connection', 'close'],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}\r\n${body}`, () => {
    socket.destroySoon();
  });
}
