import { json } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { listen, type Loopback } from '../process/loopback.ts';

interface Deployment {
  id: number;
  environment: string;
  sha: string;
  status: string;
  deployable: object | null;
}

interface Note {
  id: number;
  body: string;
  author: { id: number };
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** A token and what it may do: of a job, of a person with the scope `api`, or of one that may only read. */
export const tokens = { job: 'glcbt-a-job', api: 'glpat-a-person', read: 'glpat-a-reader' };
const users = { [tokens.api]: 42, [tokens.read]: 43 };

/** What GitLab's API does with deployments and with notes of merge requests, as far as the project asks for it. */
export class GitLabServer implements AsyncDisposable {
  readonly deployments: Deployment[] = [];
  readonly notes = new Map<number, Note[]>();
  /** The merge requests that commits came by. */
  readonly requests = new Map<string, { iid: number; state: string }[]>();
  /** What is asked too often gets this many refusals first. */
  limited = 0;
  /** Each question, and what it was answered with. */
  readonly questions: string[] = [];
  #server!: Loopback;

  /** Starts it, for a project whose repository knows the commits that are asked about. */
  static async start(knows: (sha: string) => Promise<boolean>): Promise<GitLabServer> {
    const gitlab = new GitLabServer();
    gitlab.#server = await listen((request, response) => {
      void gitlab.#answer(request, knows).then(({ status, body, headers }) => {
        const path = request.url?.replace(/^\/api\/v4\//, '').replace(/\?.*/, '');
        gitlab.questions.push(`${request.method} ${path} ${status}`);
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
      });
    });
    return gitlab;
  }

  get host(): string {
    return this.#server.host;
  }

  /** What a job of the project knows of it. */
  get job(): NodeJS.ProcessEnv {
    return { CI_API_V4_URL: `http://${this.host}/api/v4`, CI_PROJECT_ID: '7', CI_JOB_TOKEN: tokens.job };
  }

  /** The page of an environment, oldest first. */
  page(environment: string): { sha: string; status: string }[] {
    const found = this.deployments.filter((deployment) => deployment.environment === environment);
    return found.map(({ sha, status }) => ({ sha, status }));
  }

  async #answer(request: IncomingMessage, knows: (sha: string) => Promise<boolean>): Promise<Answer> {
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://gitlab');
    const personal = String(headers['private-token'] ?? '');
    const isJob = headers['job-token'] === tokens.job;
    if (!isJob && !(personal in users)) return refuse(401, '401 Unauthorized');
    if (this.limited > 0) {
      this.limited -= 1;
      return { status: 429, body: 'Retry later', headers: { 'Retry-After': '1' } };
    }
    const found = /^\/api\/v4\/(?:(user)$|projects\/([^/]+)\/(.+)$)/.exec(pathname);
    if (found?.[1]) return isJob ? refuse(401, '401 Unauthorized') : { status: 200, body: { id: users[personal] } };
    const [, , project = '', path = ''] = found ?? [];
    if (!['7', 'acme%2Forders'].includes(project)) return refuse(404, '404 Project Not Found');
    if (personal === tokens.read && method !== 'GET')
      return {
        status: 403,
        body: {
          error: 'insufficient_scope',
          error_description: 'The request requires higher privileges than provided by the access token.',
          scope: 'api',
        },
      };
    const given = method === 'GET' ? {} : ((await json(request)) as Record<string, string>);
    if (path.startsWith('deployments')) return this.#answerDeployments(method, path, searchParams, given, knows);
    if (isJob) return refuse(401, '401 Unauthorized');
    return this.#answerRequests(method, path, given, users[personal] ?? 0);
  }

  async #answerDeployments(
    method: string,
    path: string,
    query: URLSearchParams,
    given: Record<string, string>,
    knows: (sha: string) => Promise<boolean>,
  ): Promise<Answer> {
    if (method === 'GET') {
      const all = this.deployments.filter(({ environment }) => environment === query.get('environment'));
      return { status: 200, body: all.toReversed().slice(0, Number(query.get('per_page'))) };
    }
    const { environment = '', sha = '', status = '' } = given;
    if (!['running', 'success', 'failed', 'canceled'].includes(status))
      return { status: 400, body: { error: 'status does not have a valid value' } };
    if (method === 'POST') {
      if (!(await knows(sha))) return refuse(400, { sha: ['The commit does not exist'] });
      const made = { id: this.deployments.length + 1, environment, sha, status, deployable: null };
      this.deployments.push(made);
      return { status: 201, body: made };
    }
    const known = this.deployments.find(({ id }) => path === `deployments/${id}`);
    if (!known) return refuse(404, '404 Not found');
    if (known.deployable)
      return refuse(403, '403 Forbidden - Deployments created using GitLab CI can not be updated using the API');
    if (status === known.status || status === 'running')
      return refuse(400, { status: [`cannot transition via "${status === 'running' ? 'run' : status}"`] });
    known.status = status;
    return { status: 200, body: known };
  }

  #answerRequests(method: string, path: string, given: Record<string, string>, author: number): Answer {
    const [, sha] = /^repository\/commits\/([0-9a-f]+)\/merge_requests$/.exec(path) ?? [];
    if (sha !== undefined) return { status: 200, body: this.requests.get(sha) ?? [] };
    const [, iid, id] = /^merge_requests\/(\d+)\/notes(?:\/(\d+))?$/.exec(path) ?? [];
    if (iid === undefined) return refuse(404, '404 Not Found');
    const notes = this.notes.get(Number(iid)) ?? [];
    this.notes.set(Number(iid), notes);
    if (method === 'GET') return { status: 200, body: notes };
    const { body = '' } = given;
    if (method === 'POST') {
      const made = { id: notes.length + 1, body, author: { id: author } };
      notes.push(made);
      return { status: 201, body: made };
    }
    const known = notes.find((note) => String(note.id) === id);
    if (known?.author.id !== author) return refuse(403, '403 Forbidden');
    known.body = body;
    return { status: 200, body: known };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

function refuse(status: number, message: unknown): Answer {
  return { status, body: { message } };
}
