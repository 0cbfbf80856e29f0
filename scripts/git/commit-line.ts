import type { Git } from './git.ts';

/** A commit in a list. */
export type CommitLine = ReturnType<typeof parseLines>[number];

// A separator that no name and no subject has.
const unit = '\x1f';
// A commit can claim any number of seconds; a Date holds no more milliseconds than these.
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

/**
 * Lists the SHAs of the commits that change something in a folder of the top level, and nothing outside it. Only the trees
 * at the top are read.
 */
export async function listWithin(
  git: Git,
  commits: readonly Pick<CommitLine, 'sha' | 'parents'>[],
  folder: string,
): Promise<string[]> {
  if (commits.length === 0) return [];
  // A merge is compared with its first parent.
  const input = commits.map(({ sha, parents }) => [sha, ...parents.slice(0, 1)].join(' ')).join('\n');
  const output = await git.read(['diff-tree', '--stdin', '--root', '--name-only', '--no-renames', '--format=%x00%H'], {
    input: `${input}\n`,
  });
  return output.split('\0').flatMap((entry) => {
    const [sha = '', ...names] = entry.split('\n').filter(Boolean);
    return names.length === 1 && names[0] === folder ? [sha] : [];
  });
}
