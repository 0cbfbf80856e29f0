import { Failure } from '../shell/failure.ts';
import { Ancestry } from './ancestry.ts';
import { listCommits, type CommitLine } from './commit-line.ts';
import type { CommitFile } from './commit.ts';
import type { Followed } from './follow.ts';
import { readObjects } from './git.ts';
import type { Scratch } from './scratch.ts';

/** A folder of a commit, with all below it. */
interface Folder {
  /** The regular files by their paths in the repository. */
  files: ReadonlyMap<string, CommitFile>;
  /** The paths of the others: symbolic links and submodules. */
  irregular: readonly string[];
}

/** A branch as it was at one moment: all that is decided is read from here. */
export class Tip {
  readonly scratch: Pick<Scratch, 'git' | 'fetchObjects'>;
  readonly commit: string;
  readonly branch: string;
  readonly now: Date;
  readonly #folders = new Map<string, Promise<Folder>>();
  #history: Promise<Ancestry> | undefined;

  constructor(
    scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
    commit: string,
    { branch, now }: Pick<Tip, 'branch' | 'now'>,
  ) {
    this.scratch = scratch;
    this.commit = commit;
    this.branch = branch;
    this.now = now;
  }

  /** The same branch at the same moment, at another commit. */
  at(commit: string): Tip {
    return new Tip(this.scratch, commit, this);
  }

  /** Reads a folder of this commit or of an older one, once. */
  readFolder(folder: string, commit = this.commit): Promise<Folder> {
    return this.#folders.getOrInsertComputed(`${commit}:${folder}`, () => this.#readFolder(folder, commit));
  }

  /** The whole history, merged branches included, children before parents; it is read once. */
  readHistory(): Promise<Ancestry> {
    return (this.#history ??= listCommits(this.scratch.git, '--topo-order', this.commit).then(
      (commits) => new Ancestry(commits),
    ));
  }

  /** A commit as a list of one. */
  describe(commit: string): Promise<CommitLine[]> {
    return listCommits(this.scratch.git, '--max-count=1', commit);
  }

  /** The commits without those that change a folder of the top level and nothing outside it. */
  async keepOutside(commits: readonly Followed[], folder: string): Promise<Followed[]> {
    await this.#fetchRoots(commits.flatMap(({ sha, before = sha }) => [sha, before]));
    const within = await this.listWithin(commits, folder);
    return commits.filter(({ sha }) => !within.has(sha));
  }

  /**
   * The SHAs of the commits that change something in a folder of the top level, and nothing outside it, each compared with
   * what the branch was before it. Only the trees at the top are read, which must be there.
   */
  async listWithin(commits: readonly Pick<Followed, 'sha' | 'before'>[], folder: string): Promise<Set<string>> {
    const input = commits.map(({ sha, before = '' }) => `${sha} ${before}\n`).join('');
    const args = ['diff-tree', '--stdin', '--root', '--name-only', '--no-renames', '--format=%x00%H'];
    const within = (await this.scratch.git.read(args, { input })).split('\0').flatMap((entry) => {
      const [sha = '', ...names] = entry.split('\n').filter(Boolean);
      return names.join('\n') === folder ? [sha] : [];
    });
    return new Set(within);
  }

  async #readFolder(folder: string, commit: string): Promise<Folder> {
    const { git, fetchObjects } = this.scratch;
    await this.#fetchRoots([commit]);
    const [root = folder] = folder.split('/');
    await fetchObjects?.((await this.#list(commit, root)).map(({ object }) => object));
    const entries = Map.groupBy(await this.#list(commit, folder, '-r'), ({ mode }) => mode.startsWith('100'));
    const regular = entries.get(true) ?? [];
    // Where the history came with its trees, these are what is missing.
    const blobs = regular.map(({ object }) => object);
    await fetchObjects?.(blobs);
    const objects = await readObjects(git, blobs);
    const readFile = ({ path, mode, object }: Entry) => ({ path, mode, bytes: objects.get(object) ?? Buffer.alloc(0) });
    return {
      files: new Map(regular.map((entry) => [entry.path, readFile(entry)])),
      irregular: (entries.get(false) ?? []).map(({ path }) => path),
    };
  }

  /** Where the history came without its trees, fetches those of commits, without what is in them. */
  async #fetchRoots(commits: readonly string[]): Promise<void> {
    const { git, fetchObjects } = this.scratch;
    if (!fetchObjects || commits.length === 0) return;
    const input = `${commits.join('\n')}\n`;
    const trees = await git.read(['log', '--no-walk=unsorted', '--format=%T', '--stdin'], { input });
    await fetchObjects([...new Set(trees.split('\n'))], 'alone');
  }

  async #list(commit: string, path: string, ...options: readonly string[]) {
    const list = await this.scratch.git.read(['ls-tree', '-z', '--full-tree', ...options, commit, '--', path]);
    return list.split('\0').filter(Boolean).map(parseEntry);
  }
}

type Entry = ReturnType<typeof parseEntry>;

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
