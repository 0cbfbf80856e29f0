/** A commit in a list. */
export type CommitLine = ReturnType<typeof parseLines>[number];

// A separator that no name and no subject has.
const unit = '\x1f';
// A commit can claim any number of seconds, a date holds so many milliseconds.
const lastMoment = 8.64e15;

/** Makes `git log` write commits as lines that can be parsed. */
export const lineFormat = '--format=%H%x1f%P%x1f%an <%ae>%x1f%ct%x1f%s';

/** Parses what `git log` wrote in that format. */
export function parseLines(log: string) {
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', parents = '', author = '', seconds, ...subject] = line.split(unit);
      return {
        sha,
        parents: parents.split(' ').filter(Boolean),
        /** `Name <address>`. */
        author,
        /** The committer's time, as the commit claims it. */
        time: new Date(Math.min((Number(seconds) || 0) * 1000, lastMoment)),
        subject: subject.join(unit),
      };
    });
}
