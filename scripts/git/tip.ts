import type { Relation } from '../release/rules.ts';
import type { CommitFile } from './commit.ts';
import type { Scratch } from './scratch.ts';

/** A commit as a person refers to it. */
export interface CommitLine {
  sha: string;
  subject: string;
}

/** A branch as it was at one moment: all that is decided is read from here. */
export class Tip {
  readonly commit: string;
  readonly #scratch: Scratch;
  readonly #trees = new Map<string, Promise<void>>();

  constructor(scratch: Scratch, commit: string) {
    this.#scratch = scratch;
    this.commit = commit;
  }

  /** The regular files at those of the paths that have one, from this commit or an older one. */
  async readFiles(paths: readonly string[], commit = this.commit): Promise<ReadonlyMap<string, CommitFile>> {
    const { git, fetchObjects } = this.#scratch;
    await this.#fetchTree(commit);
    const list = await git.read(['ls-tree', '-z', '--full-tree', commit, '--', ...paths]);
    const entries = list
      .split('\0')
      .filter(Boolean)
      .map(parseEntry)
      .filter(({ mode }) => mode.startsWith('100'));
    await fetchObjects(entries.map(({ object }) => object));
    const files = new Map<string, CommitFile>();
    for (const { mode, object, path } of entries) {
      files.set(path, { path, mode, bytes: await git.readBytes(['cat-file', 'blob', object]) });
    }
    return files;
  }

  /** The commit of this branch that an abbreviated SHA names, if there is exactly one. */
  async findCommit(abbreviated: string): Promise<string | undefined> {
    const objects = await this.#scratch.git.read(['rev-parse', `--disambiguate=${abbreviated}`]);
    const candidates = objects.split('\n').filter(Boolean);
    const known = await Promise.all(candidates.map((object) => this.#isAncestor(object, this.commit)));
    const commits = candidates.filter((_, index) => known[index]);
    return commits.length === 1 ? commits[0] : undefined;
  }

  /** How a commit stands to another one, both of this branch. */
  async relate(commit: string, other: string): Promise<Relation> {
    if (commit === other) return 'same';
    if (await this.#isAncestor(other, commit)) return 'newer';
    return (await this.#isAncestor(commit, other)) ? 'older' : 'unrelated';
  }

  /** The commits that the second one has and the first one lacks, newest first, merged branches left out. */
  async listCommits(from: string, to: string): Promise<CommitLine[]> {
    const log = await this.#scratch.git.read(['log', '--first-parent', '--format=%H %s', `${from}..${to}`]);
    return log.split('\n').filter(Boolean).map(parseLine);
  }

  /** A commit's subject. */
  async describe(commit: string): Promise<CommitLine> {
    return parseLine(await this.#scratch.git.read(['log', '--max-count=1', '--format=%H %s', commit]));
  }

  #fetchTree(commit: string): Promise<void> {
    const { git, fetchObjects } = this.#scratch;
    const fetching =
      this.#trees.get(commit) ??
      git.read(['log', '--max-count=1', '--format=%T', commit]).then((tree) => fetchObjects([tree]));
    this.#trees.set(commit, fetching);
    return fetching;
  }

  async #isAncestor(commit: string, of: string): Promise<boolean> {
    const { status } = await this.#scratch.git.run(['merge-base', '--is-ancestor', commit, of]);
    return status === 0;
  }
}

function parseEntry(entry: string): { mode: string; object: string; path: string } {
  const [attributes = '', path = ''] = entry.split('\t');
  const [mode = '', , object = ''] = attributes.split(' ');
  return { mode, object, path };
}

function parseLine(line: string): CommitLine {
  const [sha = '', ...subject] = line.split(' ');
  return { sha, subject: subject.join(' ') };
}
