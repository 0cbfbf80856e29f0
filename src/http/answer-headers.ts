import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';

/** The header in which a request brings its id, and gets it back. */
const requestIdHeader = 'x-request-id';

/** What OWASP advises for a service that answers programs. A route that answers browsers sets its own. */
const securityHeaders = Object.entries({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** The headers that every answer has. */
export function listAnswerHeaders(requestId: string): [string, string][] {
  return [...securityHeaders, [requestIdHeader, requestId]];
}

/** Gives an answer the headers that every answer has; its handler may set its own. */
export function addAnswerHeaders(reply: FastifyReply): void {
  for (const [name, value] of listAnswerHeaders(reply.request.id)) reply.header(name, value);
}

/** The id that the request brings, when it is safe to repeat in a log and a header; else a new one. */
export function readRequestId({ headers }: IncomingMessage): string {
  const id = headers[requestIdHeader];
  return typeof id === 'string' && /^[\w.:+/=-]{1,128}$/.test(id) ? id : createRequestId();
}

// A random number for each request would cost as much as its routing: one for the process, and a count.
const prefix = randomUUID();
let requests = 0;

export function createRequestId(): string {
  requests += 1;
  return `${prefix}-${requests}`;
}
