import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gitEnvironment } from './git.ts';
import { listen } from '../process/loopback.ts';
import type { Loopback } from '../process/loopback.ts';

export interface GitServerOptions {
  /** The bare repository that is served. */
  directory: string;
  /** Who may enter, and with which password; without it, everybody. */
  users?: Readonly<Record<string, string>>;
  /** Whether the connection breaks after a push has been done, before its answer. */
  losesAnswers?: boolean;
  /** Whether it speaks TLS, with the certificate of `certificate`. */
  isSecure?: boolean;
  /** By which name others reach this machine, and where it listens for them: on the loopback address unless told. */
  host?: string;
  listensOn?: string;
}

/** A certificate for the loopback address that no machine trusts, with its key. */
export const certificate = join(import.meta.dirname, '../argocd/self-signed.pem');

export interface GitServer extends Loopback {
  /** The repository's address. */
  address: string;
  /** The users who were let in, in the order of their requests. */
  visitors: string[];
}

/** Serves a repository by git's own HTTP backend, for reading and pushing. */
export async function serveGit(options: GitServerOptions): Promise<GitServer> {
  const { users, isSecure = false, host, listensOn } = options;
  const pem = isSecure ? await readFile(certificate) : undefined;
  const visitors: string[] = [];
  const server = await listen(
    (request, response) => {
      const { user, password } = readCredential(request);
      if (users && (!user || users[user] !== password)) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
        return;
      }
      visitors.push(user);
      runBackend(request, response, { ...options, user });
    },
    pem && { cert: pem, key: pem },
    listensOn,
  );
  const reached = host === undefined ? server.host : `${host}:${server.host.split(':')[1] ?? ''}`;
  return { ...server, address: `http${isSecure ? 's' : ''}://${reached}/shop/project.git`, visitors };
}

function readCredential({ headers }: IncomingMessage): { user: string; password: string } {
  const encoded = headers.authorization?.replace(/^Basic /, '') ?? '';
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return { user, password: password.join(':') };
}

function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  { directory, losesAnswers = false, user }: GitServerOptions & { user: string },
): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://localhost');
  const { headers, method = '' } = request;
  const backend = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      PATH_INFO: pathname.replace(/^.*\/project\.git/, ''),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      REMOTE_USER: user,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  // A request that git does not read to its end is no fault of this server.
  backend.stdin.on('error', () => undefined);
  const output: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => void output.push(chunk));
  backend.on('close', () => {
    if (losesAnswers && method === 'POST' && pathname.endsWith('/git-receive-pack')) response.destroy();
    else answer(response, Buffer.concat(output));
  });
}

/** A CGI program answers header lines, an empty line, and the body. */
function answer(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.subarray(0, end).toString().split('\r\n')) {
    const [name = '', value = ''] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}
