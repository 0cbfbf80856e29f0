import { Failure } from '../shell/failure.ts';
import type { Scratch } from './scratch.ts';

/** What became of a push: it moved the branch, somebody else did, or nobody knows; and what the server said. */
export type PushOutcome = { kind: 'accepted'; words: string } | { kind: 'lost' } | { kind: 'unknown'; reason: string };

// How servers say that the branch was moved meanwhile. GitLab's and a racing lock file's words are among them.
const lostReasons =
  /fetch first|non-fast-forward|stale info|incorrect old value|cannot lock ref|failed to (lock|update ref)|reference already exists/;
// What a branch of the server's in the way of this one is told by, which no further attempt changes.
const inTheWay = /'refs\/heads\/(\S+)' exists; cannot create|directory\/file conflict/i;
// How a server says that it was reached, and does not know who this is, or lets it do nothing.
const refusedReasons =
  /authentication failed|could not read (username|password)|permission denied|not allowed|\b40[13]\b/i;

/** Pushes a commit to a ref, never by force; a server that takes no push options gets none. */
export async function push(
  scratch: Scratch,
  commit: string,
  ref: string,
  options: readonly string[],
): Promise<PushOutcome> {
  const target = ['origin', `${commit}:${ref}`];
  const args = ['push', '--porcelain', '--no-verify', '--recurse-submodules=no'];
  let result = await scratch.call([...args, ...options.map((option) => `--push-option=${option}`), ...target]);
  if (result.stderr.includes('does not support push options')) result = await scratch.call([...args, ...target]);
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

/** The failure of a server that took no push, and said nothing that tells why not. */
export function unwell({ remote }: Scratch, what: string, reason: string): Failure {
  const hint = 'Nothing was changed. Run it again when the server is well.';
  return new Failure('remote-unreachable', `${remote.address} ${what}: ${reason}`, hint);
}

/** A rule of the server's refuses, or nobody whom it knows asks, and it would again. */
function refused({ remote }: Scratch, code: keyof typeof advice, stderr: string, reason = ''): Failure {
  const told = `${remote.address} refused the push${reason && ` (${reason})`}:`;
  // Git fills up the server's lines with spaces.
  const words = [...stderr.matchAll(/^(?:remote|fatal):.*\S/gm)].map(([line]) => line);
  return new Failure(code, [told, ...words].join('\n  '), `Look at who the token belongs to, ${advice[code]}.`);
}

const advice = {
  'push-refused': 'at the rules of the protected branch, and at the push rules of the project',
  'remote-refused': 'whether it has expired, and whether it may write to the repository',
};

function blocked({ remote }: Scratch, branch: string, other = branch.split('/')[0]): Failure {
  return new Failure(
    'push-refused',
    `${remote.address} has a branch ${other}, beside which Git lets no branch ${branch} be.`,
    `Rename it, or delete it: git push origin --delete ${other}`,
  );
}
