import { z } from 'zod';
import type { Place } from '../branch/place.ts';
import { toLine } from '../release/line.ts';
import { Failure } from '../shell/failure.ts';
import { isFilled } from '../shell/variables.ts';
import { answerWithin } from '../shell/within.ts';
import { findGitLab, type GitLab } from './gitlab.ts';
import { noteReview, noteWay } from './merge-requests.ts';

/** What others are to learn of what a command has done. */
export interface News {
  /** For a chat. */
  line?: string;
  /** For the page of the environment: the commit of the release that it is to run, or was found to run. */
  deployment?: { environment: string; sha: string; status: 'running' | 'success' | 'failed' };
  /** For the merge requests that these commits came by: a line for each environment. */
  way?: { commits: readonly string[]; lines: Record<string, string> };
  /** For the merge request of this pipeline, as Markdown. */
  review?: string;
}

/**
 * Tells GitLab, where there is a token for it, and the webhook that GITOPS_WEBHOOK_URL names. What cannot be told is a line in
 * the log: no command fails for it.
 */
export async function announce({ env, signal, branch, log }: Place, remote: string, news: News): Promise<void> {
  const { GITOPS_WEBHOOK_URL: webhook, CI_MERGE_REQUEST_IID: iid } = env;
  const gitlab = findGitLab(remote, env, signal);
  const told = await Promise.allSettled([
    news.line !== undefined && isFilled(webhook) && sendLine(webhook, news.line, signal),
    gitlab && news.deployment && recordDeployment(gitlab, branch, news.deployment),
    gitlab?.mayWriteNotes && news.way && noteWay(gitlab, news.way),
    gitlab?.mayWriteNotes && news.review !== undefined && isFilled(iid) && noteReview(gitlab, iid, news.review),
  ]);
  signal.throwIfAborted();
  for (const attempt of told) {
    if (attempt.status === 'fulfilled') continue;
    const reason: unknown = attempt.reason;
    if (!(reason instanceof Failure)) throw reason;
    log(`Done, and not told everywhere: ${toLine(reason.message)} ${reason.hint}`);
  }
}

const known = z.object({ id: z.number(), sha: z.string(), status: z.string(), deployable: z.unknown() });

/**
 * Records on the page of an environment what it runs: a new deployment, or what became of the last one of the same release
 * (https://docs.gitlab.com/api/deployments/). One that a job has made by itself can be changed by nobody.
 */
async function recordDeployment({ ask, project }: GitLab, ref: string, news: NonNullable<News['deployment']>) {
  const { environment, sha, status } = news;
  const query = new URLSearchParams({ environment, order_by: 'id', sort: 'desc', per_page: '1' });
  const [last] = await ask(z.array(known), 'GET', `${project}/deployments?${query.toString()}`);
  const isSame = last?.sha === sha && !last.deployable;
  if (isSame && (last.status === status || status === 'running')) return;
  if (isSame) await ask(known, 'PUT', `${project}/deployments/${last.id}`, { status });
  else await ask(known, 'POST', `${project}/deployments`, { environment, sha, ref, tag: false, status });
}

// Milliseconds for the answer.
const timeLimit = 10_000;

/** Sends a line to a webhook, as Slack, Mattermost and Teams take it. Its address is a secret, and in no message. */
async function sendLine(address: string, text: string, signal: AbortSignal): Promise<void> {
  const url = URL.parse(address.trim());
  const hint = 'Set GITOPS_WEBHOOK_URL to the address that the chat has made.';
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new Failure('not-told', 'GITOPS_WEBHOOK_URL is not an address of http or https.', hint);
  const { host } = url;
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ text }) };
  const explain = (reason: string, cause: unknown) =>
    new Failure('not-told', `${host} could not be asked: ${reason}.`, hint, { cause });
  const response = await answerWithin({ signal, timeLimit }, (signal) => fetch(url, { ...init, signal }), explain);
  if (!response.ok) throw new Failure('not-told', `${host} answered with ${response.status}.`, hint);
}
