/** A commit in a list. */
export interface CommitLine {
  sha: string;
  author: string;
  /** When it came to be as it is: the committer's time. */
  time: Date;
  subject: string;
}

// A separator that no name and no subject has.
const unit = '\x1f';

/** Makes `git log` write commits as lines that can be parsed. */
export const lineFormat = '--format=%H%x1f%an%x1f%ct%x1f%s';

/** Parses what `git log` wrote in that format. */
export function parseLines(log: string): CommitLine[] {
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', author = '', seconds, ...subject] = line.split(unit);
      return { sha, author, time: new Date(Number(seconds) * 1000), subject: subject.join(unit) };
    });
}
