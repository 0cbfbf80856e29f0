import { stat } from 'node:fs/promises';
import { findCommit } from './ancestry.ts';
import type { Checkout } from './checkout.ts';

/** Where a branch of a remote was when the checkout last fetched it, and when that was; undefined where it never has. */
export async function readLastFetch({ git }: Checkout, remote: string, branch: string) {
  const commit = await findCommit(git, `refs/remotes/${remote}/${branch}`);
  if (commit === undefined) return undefined;
  const file = await git.read(['rev-parse', '--path-format=absolute', '--git-path', 'FETCH_HEAD']);
  const fetched = await stat(file).catch(() => undefined);
  // A clone has fetched nothing since it was made, which the log of its refs tells.
  const log = await git.run(['log', '--walk-reflogs', '-1', '--format=%gd', '--date=unix', `${remote}/HEAD`]);
  const seconds = /@\{(\d+)\}/.exec(log.stdout.toString())?.[1];
  const time = fetched?.mtime ?? (seconds === undefined ? undefined : new Date(Number(seconds) * 1000));
  return { commit, time };
}
