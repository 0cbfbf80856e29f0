import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { findProject } from '../git/address.ts';
import { Failure } from '../shell/failure.ts';
import { isLoopback } from '../shell/loopback.ts';
import { isFilled } from '../shell/variables.ts';
import { answerWithin } from '../shell/within.ts';

/** A project of GitLab, as its API has it. */
export type GitLab = NonNullable<ReturnType<typeof findGitLab>>;

// Milliseconds for one question, and the longest that a rate limit is waited for.
const questionLimit = 10_000;
const longestPause = 10_000;

const hint = '.gitlab/README.md says how GitLab is reached, and what the token must be allowed to do.';
const refusal = z.object({ message: z.unknown(), error: z.unknown() }).partial();

/**
 * Finds the project that a remote belongs to: that of the job, else the one that the remote's address names. GITLAB_TOKEN goes
 * before the job's own token, which may record deployments and write no notes, and is for the job's own GitLab alone.
 * Undefined where there is no token.
 */
export function findGitLab(remote: string, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  const job = findJob(env);
  const found = job ?? findByRemote(remote);
  const name = isFilled(env.GITLAB_TOKEN) ? 'PRIVATE-TOKEN' : 'JOB-TOKEN';
  const token = name === 'PRIVATE-TOKEN' ? env.GITLAB_TOKEN?.trim() : job && env.CI_JOB_TOKEN;
  if (!found || !isFilled(token)) return undefined;
  const { api, project } = found;
  const { host } = new URL(api);

  const explain = (reason: string, cause: unknown) =>
    new Failure('not-told', `${host} could not be asked: ${reason}.`, hint, { cause });
  const call = (method: string, path: string, body: unknown) => {
    const init = {
      method,
      headers: { [name]: token, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // No other host gets the token.
      redirect: 'error',
    } as const;
    const limits = { signal, timeLimit: questionLimit };
    return answerWithin(limits, (signal) => fetch(`${api}/${path}`, { ...init, signal }), explain);
  };

  return {
    /** Whether it may write notes: a job's own token may not. */
    mayWriteNotes: name === 'PRIVATE-TOKEN',
    /** The path of the project. */
    project,
    /**
     * Asks, and reads the answer by a schema; what GitLab limits for a moment is asked once more.
     * @throws {Failure} `not-told` when it does not answer, or refuses
     */
    ask: async <Schema extends z.ZodType>(
      schema: Schema,
      method: 'GET' | 'POST' | 'PUT',
      path: string,
      body?: object,
    ): Promise<z.output<Schema>> => {
      let response = await call(method, path, body);
      const pause = Number(response.headers.get('retry-after') ?? 1) * 1000;
      if (response.status === 429 && pause <= longestPause) {
        await setTimeout(pause, undefined, { signal });
        response = await call(method, path, body);
      }
      const answer: unknown = await response.json().catch(() => undefined);
      const { data, success } = schema.safeParse(answer);
      if (response.ok && success) return data;
      const { message, error } = refusal.safeParse(answer).data ?? {};
      const words = JSON.stringify(message ?? error ?? 'no reason');
      const question = `${method} ${path.replace(/\?.*/, '')}`;
      throw new Failure('not-told', `${host} answered ${question} with ${response.status}: ${words}.`, hint);
    },
  };
}

/** Where the API is, and the path of the project in it. */
function findJob({ CI_API_V4_URL: api, CI_PROJECT_ID: id }: NodeJS.ProcessEnv) {
  return isFilled(api) && isFilled(id) ? { api, project: `projects/${id}` } : undefined;
}

/** The same by the address of a remote. A token goes out in clear to this machine alone. */
function findByRemote(remote: string) {
  const found = findProject(remote);
  if (!found || (found.origin.startsWith('http:') && !isLoopback(found.host))) return undefined;
  const path = `${found.group}/${found.name}`.replaceAll('/', '%2F');
  return { api: `${found.origin}/api/v4`, project: `projects/${path}` };
}
