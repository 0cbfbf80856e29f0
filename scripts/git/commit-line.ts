import type { Git } from './git.ts';

/** A commit in a list. */
export type CommitLine = ReturnType<typeof parseCommit>;

// None but the message has line ends.
const format = '--format=%H%n%P%n%an <%ae>%n%cn <%ce>%n%ct%n%s%n%B';
// A commit can claim any number of seconds; a Date holds no more milliseconds than these.
const lastMoment = 8.64e15;

/** Lists the commits that `git log` finds, in its order. */
export async function listCommits(git: Git, ...args: readonly string[]): Promise<CommitLine[]> {
  const log = await git.read(['log', '-z', format, ...args]);
  return log.split('\0').filter(Boolean).map(parseCommit);
}

function parseCommit(text: string) {
  const [sha = '', parents = '', author = '', committer = '', seconds, subject = '', ...lines] = text.split('\n');
  return {
    sha,
    parents: parents.split(' ').filter(Boolean),
    /** `Name <address>`. */
    author,
    /** Who committed it: of a merge, who merged. */
    committer,
    /** The committer's time, as the commit claims it. */
    time: new Date(Math.min((Number(seconds) || 0) * 1000, lastMoment)),
    subject,
    message: lines.join('\n'),
  };
}
