import { readObjects } from './objects.ts';
import type { Doubt } from './follow.ts';
import type { BranchCommit } from './mainline.ts';
import type { Scratch } from './scratch.ts';

/** A commit as a person made it. */
export interface Commit extends Pick<BranchCommit, 'sha' | 'author' | 'time' | 'seen' | 'doubt'> {
  /** Who committed it: of a merge, who merged. */
  committer: string;
  message: string;
  /** The commit that it merged, where it is a merge. */
  merged: Pick<Commit, 'author' | 'message'> | undefined;
}

/** What a commit made of files: their bytes, or undefined where they went. */
export interface FileChanges {
  commit: Commit;
  files: ReadonlyMap<string, Buffer | undefined>;
  /** The paths that are a symbolic link or a submodule now. */
  irregular: ReadonlySet<string>;
}

// Each field ends at a NUL, which no message and no path can hold.
const format = '--format=%H%x00%cn <%ce>%x00%B';
const shape = ['--stdin', '--root', '-r', '--raw', '-z', '--no-abbrev', '--no-renames', format];
// The mode of a path where nothing is.
const nothing = '000000';

/**
 * Reads how files came to be what they are, newest first, along the commits of a branch, each compared with the one before
 * it: by one `git diff-tree` and one `git cat-file`. A folder's path stands for all below it. The objects of `along` are
 * fetched together with those of the files.
 */
export async function readFileHistory(
  scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
  commits: readonly BranchCommit[],
  paths: readonly string[],
  along: readonly string[] = [],
): Promise<FileChanges[]> {
  const input = commits.map(({ sha, before = '' }) => `${sha} ${before}\n`).join('');
  // A merge in doubt matters for what it merged, also when it changed no file of the branch.
  const extent = commits.some(({ doubt }) => isSideInDoubt(doubt)) ? ['--always'] : [];
  const log = await scratch.git.read(['diff-tree', ...shape, ...extent, '--', ...paths], { input });
  const steps = parseLog(log, new Map(commits.map((commit) => [commit.sha, commit])))
    .filter(({ blobs, commit }) => blobs.size > 0 || isSideInDoubt(commit.doubt))
    .toArray();
  const blobs = unique(steps.flatMap((step) => [...step.blobs.values()]));
  await scratch.fetchObjects?.([...blobs, ...along]);
  const objects = await readObjects(scratch.git, [...blobs, ...unique(steps.map(({ merged }) => merged))]);
  const objectOf = (name: string | undefined) => (name === undefined ? undefined : objects.get(name));
  return steps.map(({ commit, merged, blobs, irregular }) => ({
    commit: { ...commit, merged: parseCommit(objectOf(merged)) },
    irregular,
    files: new Map([...blobs].map(([path, blob]) => [path, objectOf(blob)])),
  }));
}

function isSideInDoubt(doubt: Doubt | undefined): boolean {
  return doubt === 'both' || doubt === 'other';
}

function* parseLog(log: string, commits: ReadonlyMap<string, BranchCommit>) {
  const parts = log.split('\0').values();
  const next = () => parts.next().value ?? '';
  for (let part = next(); part !== '';) {
    const known = commits.get(part);
    if (!known) throw new Error(`git diff-tree tells of ${part}, which it was not asked for`);
    const { sha, author, time, seen, merged, doubt } = known;
    const commit = { sha, author, committer: next(), time, seen, message: next(), doubt };
    const blobs = new Map<string, string | undefined>();
    const irregular = new Set<string>();
    // The first one has a line end before it.
    for (part = next(); /^\n?:/.test(part); part = next()) {
      const [, mode = '', , blob] = part.split(' ');
      const path = next();
      const isRegular = mode.startsWith('100');
      blobs.set(path, isRegular ? blob : undefined);
      if (!isRegular && mode !== nothing) irregular.add(path);
    }
    yield { commit, merged, blobs, irregular };
  }
}

/** Who made a commit, and its message, which follows its headers. */
function parseCommit(commit: Buffer | undefined): Commit['merged'] {
  const text = commit?.toString();
  if (text === undefined) return undefined;
  const end = text.indexOf('\n\n');
  const author = /^author (.*>) /m.exec(text.slice(0, end))?.[1] ?? '';
  return { author, message: text.slice(end + 2) };
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names)].filter((name) => name !== undefined);
}
