import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { listen } from '../process/loopback.ts';
import type { Loopback } from '../process/loopback.ts';

/** One answer: a body with its status, or a connection that is cut in the middle of one. */
export type Recorded = { status?: number; body: unknown } | 'cut';

export interface ArgoServer extends Loopback {
  /** The paths that were asked for, in order, with the method where it is not GET. */
  questions: string[];
}

export interface ArgoServerOptions {
  /** The answers about the Application, in order, the last one stays; or what is answered now. */
  applications: readonly Recorded[] | (() => Recorded);
  /** What is answered about its resource tree now. */
  tree?: () => unknown;
  /** The answer to who ends an operation. */
  ended?: Recorded;
  /** Whether it speaks TLS, with a certificate that it has signed itself. */
  isSecure?: boolean;
}

export const argoToken = 'eyJhbGciOiJIUzI1NiJ9.a-token-for-argo-cd.signature';
export const permissionDenied = {
  status: 403,
  body: { error: 'permission denied', code: 7, message: 'permission denied' },
};
export const notFound = {
  status: 404,
  body: {
    error: 'applications.argoproj.io "orders-dev" not found',
    code: 5,
    message: 'applications.argoproj.io "orders-dev" not found',
  },
};
export const invalidSession = {
  status: 401,
  body: {
    error: 'invalid session: token is expired',
    code: 16,
    message: 'invalid session: token is expired',
  },
};
/** What it says to who ends an operation without saying that the request is JSON. */
const unsupported = { status: 415, body: 'Invalid content type' };
export const badGateway = { status: 502, body: '<html><body>502 Bad Gateway</body></html>' };

/** Plays answers of Argo CD's API. */
export async function serveArgo(options: ArgoServerOptions): Promise<ArgoServer> {
  const { applications, tree = () => ({}), ended = permissionDenied, isSecure = false } = options;
  const questions: string[] = [];
  const waiting = typeof applications === 'function' ? [] : [...applications];
  const next = () => (waiting.length > 1 ? waiting.shift() : waiting[0]);
  const pem = isSecure ? readFileSync(join(import.meta.dirname, 'self-signed.pem')) : undefined;
  const server = await listen(
    (request, response) => {
      const { method = '', url = '', headers } = request;
      questions.push(method === 'GET' ? url : `${method} ${url}`);
      if (headers.authorization !== `Bearer ${argoToken}`) play(response, invalidSession);
      else if (method === 'DELETE') {
        play(response, headers['content-type'] === 'application/json' ? ended : unsupported);
      } else if (url.includes('/resource-tree')) play(response, { body: tree() });
      else {
        const answer = (typeof applications === 'function' ? applications() : next()) ?? notFound;
        play(response, /\/applications(\?|$)/.test(url) ? list(answer) : answer);
      }
    },
    pem && { key: pem, cert: pem },
  );
  return { ...server, questions };
}

/** The same answer to who asks for the Applications of some projects. */
function list(answer: Recorded): Recorded {
  if (answer === 'cut' || (answer.status ?? 200) !== 200) return answer;
  return { body: { metadata: {}, items: [answer.body] } };
}

function play(response: ServerResponse, recorded: Recorded): void {
  if (recorded === 'cut') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1_000 });
    response.write('{"metadata":', () => response.destroy());
  } else {
    send(response, recorded.status ?? 200, recorded.body);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const isPage = typeof body === 'string';
  response.writeHead(status, { 'Content-Type': isPage ? 'text/html' : 'application/json' });
  response.end(isPage ? body : JSON.stringify(body));
}
