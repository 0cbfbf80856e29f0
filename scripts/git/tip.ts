import { Failure } from '../shell/failure.ts';
import { Ancestry } from './ancestry.ts';
import { lineFormat, listWithin, parseLines, type CommitLine } from './commit-line.ts';
import type { CommitFile } from './commit.ts';
import type { Followed } from './follow.ts';
import { readObjects } from './objects.ts';
import type { Scratch } from './scratch.ts';

/** Which branch is looked at, and when. */
export interface Moment {
  branch: string;
  now: Date;
}

/** A branch as it was at one moment: all that is decided is read from here. */
export class Tip {
  readonly scratch: Pick<Scratch, 'git' | 'fetchObjects'>;
  readonly commit: string;
  readonly branch: string;
  readonly now: Date;
  readonly #folders = new Map<string, Promise<void>>();
  #history: Promise<Ancestry> | undefined;

  constructor(scratch: Pick<Scratch, 'git' | 'fetchObjects'>, commit: string, { branch, now }: Moment) {
    this.scratch = scratch;
    this.commit = commit;
    this.branch = branch;
    this.now = now;
  }

  /** The same branch at the same moment, at another commit. */
  at(commit: string): Tip {
    return new Tip(this.scratch, commit, this);
  }

  /** The regular files at those of the paths that have one, from this commit or an older one. */
  async readFiles(paths: readonly string[], commit = this.commit): Promise<ReadonlyMap<string, CommitFile>> {
    return this.#read(paths, [], commit);
  }

  /** All regular files below a folder, by their paths in the repository. */
  async readFolder(path: string, commit = this.commit): Promise<ReadonlyMap<string, CommitFile>> {
    return this.#read([`${path}/`], ['-r'], commit);
  }

  /** The paths in a folder that are not regular files: symbolic links and submodules. */
  async listIrregular(path: string): Promise<string[]> {
    await this.#fetchFolder(path, this.commit);
    const entries = await this.#list(this.commit, ['-r', '--', path]);
    return entries.filter(({ mode }) => !mode.startsWith('100')).map((entry) => entry.path);
  }

  /** The whole history, merged branches included, children before parents; it is read once. */
  readHistory(): Promise<Ancestry> {
    return (this.#history ??= this.#log('--topo-order', this.commit).then((commits) => new Ancestry(commits)));
  }

  /** The commits of the history that the second one has and the first one lacks, in the same order. */
  async listCommits(from: string, to: string): Promise<CommitLine[]> {
    return this.#log('--topo-order', `${from}..${to}`);
  }

  /**
   * The commits without those that change a folder of the top level and nothing outside it, each compared with what the
   * branch was before it.
   */
  async keepOutside(commits: readonly Followed[], folder: string): Promise<Followed[]> {
    const steps = commits.map(({ sha, before = sha }) => ({ sha, parents: [before] }));
    await this.#fetchRoots(steps.flatMap(({ sha, parents }) => [sha, ...parents]));
    const within = new Set(await listWithin(this.scratch.git, steps, folder));
    return commits.filter(({ sha }) => !within.has(sha));
  }

  /** A commit as a list of one. */
  async describe(commit: string): Promise<CommitLine[]> {
    return this.#log('--max-count=1', commit);
  }

  async #read(paths: readonly string[], options: readonly string[], commit: string) {
    const folders = new Set(paths.map((path) => path.split('/')[0] ?? path));
    for (const folder of folders) await this.#fetchFolder(folder, commit);
    const listed = await this.#list(commit, [...options, '--', ...paths]);
    const entries = listed.filter(({ mode }) => mode.startsWith('100'));
    const names = entries.map(({ object }) => object);
    await this.scratch.fetchObjects?.(names);
    const objects = await readObjects(this.scratch.git, names);
    return new Map(
      entries.map(({ path, mode, object }) => [path, { path, mode, bytes: objects.get(object) ?? Buffer.alloc(0) }]),
    );
  }

  /** Where the history came without its trees, fetches a folder of the top level, with all that is in it. */
  #fetchFolder(folder: string, commit: string): Promise<void> {
    return this.#folders.getOrInsertComputed(`${commit}:${folder}`, async () => {
      const { fetchObjects } = this.scratch;
      if (!fetchObjects) return;
      await this.#fetchRoots([commit]);
      const entries = await this.#list(commit, ['--', folder]);
      await fetchObjects(entries.map(({ object }) => object));
    });
  }

  /** Where the history came without its trees, fetches those of commits, without what is in them. */
  async #fetchRoots(commits: readonly string[]): Promise<void> {
    const { git, fetchObjects } = this.scratch;
    if (!fetchObjects || commits.length === 0) return;
    const input = `${commits.join('\n')}\n`;
    const trees = await git.read(['log', '--no-walk=unsorted', '--format=%T', '--stdin'], { input });
    await fetchObjects([...new Set(trees.split('\n'))], 'alone');
  }

  async #log(...args: string[]): Promise<CommitLine[]> {
    return parseLines(await this.scratch.git.read(['log', lineFormat, ...args]));
  }

  async #list(commit: string, args: readonly string[]) {
    const list = await this.scratch.git.read(['ls-tree', '-z', '--full-tree', commit, ...args]);
    return list.split('\0').filter(Boolean).map(parseEntry);
  }
}

function parseEntry(entry: string) {
  const end = entry.indexOf('\t');
  const [mode = '', , object = ''] = entry.slice(0, end).split(' ');
  return { mode, object, path: requirePlainPath(entry.slice(end + 1)) };
}

/**
 * A path out of a tree that may be joined to a folder. A tree can be made whose entries lead out of it, and borrowed
 * objects were never checked.
 * @throws {Failure} `invalid-file` when it does.
 */
function requirePlainPath(path: string): string {
  const isPlain = path.split('/').every((name) => !/^(\.{0,2}|\.git)$/i.test(name));
  if (isPlain && !path.includes('\0')) return path;
  throw new Failure(
    'invalid-file',
    `The repository has a file at ${JSON.stringify(path)}, which leads out of its folder.`,
    'No git add makes such a path: find out who committed it. git fsck names the tree.',
  );
}
