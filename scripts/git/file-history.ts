import type { CommitLine } from './commit-line.ts';
import { readObjects } from './git.ts';
import type { BranchCommit } from './mainline.ts';
import type { Scratch } from './scratch.ts';

/** A commit as a person made it. */
export interface Commit extends Pick<
  BranchCommit,
  'sha' | 'author' | 'committer' | 'message' | 'time' | 'seen' | 'doubt'
> {
  /** The commit that it merged, where it is a merge. */
  merged: Pick<CommitLine, 'author' | 'message'> | undefined;
}

/** What a commit made of files: their bytes, or undefined where they went. */
export interface FileChanges {
  commit: Commit;
  files: ReadonlyMap<string, Buffer | undefined>;
  /** The paths that are a symbolic link or a submodule now. */
  irregular: ReadonlySet<string>;
}

/** What became of a path: the mode of nothing is zeros. */
interface Entry {
  path: string;
  mode: string;
  /** Undefined where no regular file is there. */
  blob: string | undefined;
}

const shape = ['--stdin', '--root', '-r', '--raw', '-z', '--no-abbrev', '--no-renames'];

/**
 * Reads how files came to be what they are, newest first, along the commits of a branch, each compared with the one before
 * it: by one `git diff-tree` and one `git cat-file`. A folder's path stands for all below it. The objects of `along` are
 * fetched together with those of the files.
 */
export async function readFileHistory(
  { git, fetchObjects }: Pick<Scratch, 'git' | 'fetchObjects'>,
  commits: readonly BranchCommit[],
  paths: readonly string[],
  along: readonly string[] = [],
): Promise<FileChanges[]> {
  const input = commits.map(({ sha, before = '' }) => `${sha} ${before}\n`).join('');
  const changed = parseLog(await git.read(['diff-tree', ...shape, '--', ...paths], { input }));
  const blobs = [...changed.values()].flat().flatMap(({ blob }) => blob ?? []);
  await fetchObjects?.([...new Set([...blobs, ...along])]);
  const objects = await readObjects(git, blobs);
  return commits.flatMap((commit) => {
    const entries = changed.get(commit.sha) ?? [];
    // A merge in doubt matters for what it merged, also when it changed no file of the branch.
    if (entries.length === 0 && commit.doubt !== 'both' && commit.doubt !== 'other') return [];
    const irregular = entries.filter(({ mode, blob }) => blob === undefined && Number(mode) > 0);
    return {
      commit,
      files: new Map(entries.map(({ path, blob }) => [path, blob === undefined ? undefined : objects.get(blob)])),
      irregular: new Set(irregular.map(({ path }) => path)),
    };
  });
}

function parseLog(log: string): Map<string, Entry[]> {
  const changed = new Map<string, Entry[]>();
  let entries: Entry[] = [];
  const parts = log.split('\0').values();
  for (const part of parts) {
    if (part.startsWith(':')) {
      const [, mode = '', , blob] = part.split(' ');
      entries.push({ path: parts.next().value ?? '', mode, blob: mode.startsWith('100') ? blob : undefined });
    } else changed.set(part, (entries = []));
  }
  return changed;
}
