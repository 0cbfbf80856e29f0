import type { CommitLine } from './commit-line.ts';
import type { Git } from './git.ts';

/**
 * Those of the commits that change something in a folder of the top level, and nothing outside it: their SHAs. No other trees
 * than those at the top are read.
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
