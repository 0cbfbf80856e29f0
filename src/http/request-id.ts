import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The header in which a request brings its id, and gets it back. */
export const requestIdHeader = 'x-request-id';

/** The id that the request brings, when it is safe to repeat in a log and a header; else a new one. */
export function readRequestId({ headers }: IncomingMessage): string {
  const id = headers[requestIdHeader];
  return typeof id === 'string' && /^[\w.:+/=-]{1,128}$/.test(id) ? id : createId();
}

// A random number for each request would cost as much as its routing: one for the process, and a count.
const prefix = randomUUID();
let requests = 0;

function createId(): string {
  requests += 1;
  return `${prefix}-${requests}`;
}
