import { STATUS_CODES } from 'node:http';

/** The media type of RFC 9457. */
export const problemType = 'application/problem+json';

/** An error as a client sees it (RFC 9457): nothing of the inside. */
export interface Problem {
  title: string;
  status: number;
  /** What the client can change; only for its own faults. */
  detail?: string;
  /** The request's id, which leads to its line in the log. */
  requestId?: string;
  /** What is wrong with the request's parts, each named by a JSON pointer. */
  errors?: { pointer: string; detail: string }[];
}

/** A problem of the status that HTTP gives a name to. */
export function createProblem(status: number, more: Omit<Problem, 'title' | 'status'> = {}): Problem {
  return { title: STATUS_CODES[status] ?? 'Error', status, ...more };
}
