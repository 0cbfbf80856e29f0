import type { Place } from '../branch/place.ts';
import { toLine } from '../release/line.ts';
import { Failure } from '../shell/failure.ts';
import { isFilled } from '../shell/variables.ts';
import { recordDeployment, type Deployment } from './deployments.ts';
import { findGitLab, type GitLab } from './gitlab.ts';
import { noteReview, noteWay } from './merge-requests.ts';
import { sendLine } from './webhook.ts';

/** What others are to learn of what a command has done. */
export interface News {
  /** For a chat. */
  line?: string;
  /** For the page of the environment. */
  deployment?: Omit<Deployment, 'ref'>;
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
  const { GITOPS_WEBHOOK_URL: webhook } = env;
  const gitlab = findGitLab(remote, env, signal);
  const told = await Promise.allSettled([
    news.line !== undefined && isFilled(webhook) && sendLine(webhook, news.line, signal),
    gitlab && news.deployment && recordDeployment(gitlab, { ...news.deployment, ref: branch }),
    gitlab?.mayWriteNotes && writeNotes(gitlab, news, env),
  ]);
  signal.throwIfAborted();
  for (const attempt of told) {
    if (attempt.status === 'fulfilled') continue;
    const reason: unknown = attempt.reason;
    if (!(reason instanceof Failure)) throw reason;
    log(`Done, and not told everywhere: ${toLine(reason.message)} ${reason.hint}`);
  }
}

async function writeNotes(gitlab: GitLab, { way, review }: News, { CI_MERGE_REQUEST_IID: iid }: NodeJS.ProcessEnv) {
  if (way) await noteWay(gitlab, way.commits, way.lines);
  if (review !== undefined && isFilled(iid)) await noteReview(gitlab, iid, review);
}
