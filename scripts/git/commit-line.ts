import type { Git } from './git.ts';

/** A commit in a list. */
export type CommitLine = ReturnType<typeof parseCommit>;

// None but the message has line ends.
const format = '--format=%H%n%P%n%an <%ae>%n%cn <%ce>%n%ct%n%s%n%B';
const form = /^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^]*)$/;
// A commit can claim any number of seconds; a Date holds no more milliseconds than these.
const lastMoment = 8.64e15;

/** Lists the commits that `git log` finds, in its order. */
export async function listCommits(git: Git, ...args: readonly string[]): Promise<CommitLine[]> {
  const log = await git.readBytes(['log', '-z', format, ...args]);
  const commits: CommitLine[] = [];
  // Decoded one by one: a name that is not Latin would double what each of thousands takes, and any keeps the text it is cut from.
  for (let start = 0; start < log.length;) {
    const end = log.indexOf(0, start);
    commits.push(parseCommit(log.toString('utf8', start, end)));
    start = end + 1;
  }
  return commits;
}

function parseCommit(text: string) {
  const [, sha = '', parents = '', author = '', committer = '', seconds, subject = '', message = ''] =
    form.exec(text) ?? [];
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
    message,
  };
}
