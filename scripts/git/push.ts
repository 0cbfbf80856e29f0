import { Failure } from '../shell/failure.ts';
import type { Scratch } from './scratch.ts';

/** What became of a push: it moved the branch, somebody else did, or nobody knows; and what the server said. */
export type PushOutcome =
  { kind: 'accepted'; words: string } | { kind: 'lost' } | { kind: 'unknown'; reason: string };

// How servers say that the branch was moved meanwhile. GitLab's and a racing lock file's words are among them.
const lostReasons =
  /fetch first|non-fast-forward|stale info|incorrect old value|cannot lock ref|failed to (lock|update ref)|reference already exists/;
// How a server says that it was reached, and will not.
const refusedReasons =
  /authentication failed|could not read (username|password)|permission denied|not allowed|\b40[13]\b/i;

/** Pushes a commit to a branch, never by force; a server that takes no push options gets none. */
export async function push(
  scratch: Scratch,
  commit: string,
  branch: string,
  options: readonly string[],
): Promise<PushOutcome> {
  const target = ['origin', `${commit}:refs/heads/${branch}`];
  const args = ['push', '--porcelain', '--no-verify', '--recurse-submodules=no'];
  let result = await scratch.call([
    ...args,
    ...options.map((option) => `--push-option=${option}`),
    ...target,
  ]);
  if (result.stderr.includes('does not support push options'))
    result = await scratch.call([...args, ...target]);
  const { status, stdout, stderr } = result;
  if (status === 0) return { kind: 'accepted', words: stderr };

  const [line = '', verdict, reason = ''] = /^!\t\S+\t\[([a-z ]+)\] \((.*)\)$/m.exec(stdout.toString()) ?? [];
  const isRejected = verdict === 'rejected' || verdict === 'remote rejected';
  if (isRejected && lostReasons.test(reason)) return { kind: 'lost' };
  if (isRejected || refusedReasons.test(stderr)) throw refused(scratch, reason, stderr);
  return { kind: 'unknown', reason: stderr.trim() || line || 'git push gave no answer' };
}

function refused({ remote }: Scratch, reason: string, stderr: string): Failure {
  // Git fills up the server's lines with spaces.
  const words = [...stderr.matchAll(/^(?:remote|fatal):.*\S/gm)].map(([line]) => line);
  return new Failure(
    'remote-refused',
    [`${remote.address} refused the push${reason && ` (${reason})`}:`, ...words].join('\n  '),
    'Look at who the token belongs to, and at the rules of the protected branch.',
  );
}
