import { Failure } from '../shell/failure.ts';
import type { Scratch } from './scratch.ts';

/** What became of a push: it moved the branch, somebody else moved it, or the answer does not tell. */
export type PushOutcome = { kind: 'accepted'; words: string } | { kind: 'lost' } | { kind: 'unknown'; reason: string };

// How servers say that the branch was moved meanwhile; the words of GitLab and of a racing lock file are among them.
const lostReasons =
  /fetch first|non-fast-forward|stale info|incorrect old value|cannot lock ref|failed to (lock|update ref)|reference already exists/;
// How Git says that another branch of the server stands in the way, which no further attempt changes.
const inTheWay = /'refs\/heads\/(\S+)' exists; cannot create|directory\/file conflict/i;
// How a server says that it does not know the user, or does not let the user push.
const refusedReasons =
  /authentication failed|could not read (username|password)|permission denied|not allowed|\b40[13]\b/i;

/**
 * Pushes a commit to a ref, never by force; a server that takes no push options gets none. By `--dry-run` it asks whether
 * the server lets the caller push at all: what it has protected it tells nobody before.
 */
export async function push(scratch: Scratch, commit: string, ref: string, ...options: string[]): Promise<PushOutcome> {
  const args = ['push', '--porcelain', '--no-verify', '--recurse-submodules=no', 'origin', `${commit}:${ref}`];
  let result = await scratch.call([...args, ...options]);
  if (result.stderr.includes('does not support push options')) result = await scratch.call(args);
  const { status, stdout, stderr } = result;
  if (status === 0) return { kind: 'accepted', words: stderr };

  const [line = '', verdict, reason = ''] = /^!\t\S+\t\[([a-z ]+)\] \((.*)\)$/m.exec(stdout.toString()) ?? [];
  const isRejected = verdict === 'rejected' || verdict === 'remote rejected';
  const obstacle = isRejected ? inTheWay.exec(`${reason}\n${stderr}`) : null;
  if (obstacle) throw blocked(scratch, ref.replace('refs/heads/', ''), obstacle[1]);
  if (isRejected && lostReasons.test(reason)) return { kind: 'lost' };
  if (isRejected) throw refused(scratch, 'push-refused', stderr, reason);
  if (refusedReasons.test(stderr)) throw refused(scratch, 'remote-refused', stderr);
  return { kind: 'unknown', reason: stderr.trim() || line || 'git push gave no answer' };
}

/** The failure of a push when the server does not say why it took none. */
export function unwell({ remote }: Scratch, what: string, reason: string): Failure {
  const hint = 'Nothing was changed. Run it again when the server is well.';
  return new Failure('remote-unreachable', `${remote.address} ${what}: ${reason}`, hint);
}

/** The failure of a push that the server would refuse again. */
function refused({ remote }: Scratch, code: keyof typeof advice, stderr: string, reason = ''): Failure {
  const told = `${remote.address} refused the push${reason && ` (${reason})`}:`;
  // Git fills up the server's lines with spaces.
  const words = [...stderr.matchAll(/^(?:remote|fatal):.*\S/gm)].map(([line]) => line);
  return new Failure(code, [told, ...words].join('\n  '), `Check whose token it is, ${advice[code]}.`);
}

const advice = {
  'push-refused': 'the rules of the protected branch, and the push rules of the project',
  'remote-refused': 'whether it has expired, and whether it may write to the repository',
};

function blocked({ remote }: Scratch, branch: string, other = branch.split('/')[0]): Failure {
  return new Failure(
    'push-refused',
    `${remote.address} has a branch ${other}, and Git allows no branch ${branch} beside it.`,
    `Rename it, or delete it: git push origin --delete ${other}`,
  );
}
