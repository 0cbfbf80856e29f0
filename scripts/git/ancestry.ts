import type { CommitLine } from './commit-line.ts';
import type { Git } from './git.ts';

/** How a commit relates to another one, in the history of the branch. */
export type Relation = 'same' | 'newer' | 'older' | 'unrelated';

/** Whether a commit is another one, or an ancestor of it, by asking git. */
export async function isAncestor(git: Git, commit: string, of: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', commit, of])).status === 0;
}

/** The commit that a name of git's stands for, if there is one. */
export async function findCommit(git: Git, name: string): Promise<string | undefined> {
  const { status, stdout } = await git.run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return status === 0 ? stdout.toString().trim() : undefined;
}

/** A commit by its whole SHA, or else by an abbreviation. */
export interface Named {
  revision: string;
  tag: string;
}

// The shortest abbreviation that a tag may be.
const prefixLength = 7;

/** A history, children before parents, that tells how its commits relate to one another without asking Git again. */
export class Ancestry {
  readonly commits: readonly CommitLine[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #prefixes: ReadonlyMap<string, readonly CommitLine[]>;

  constructor(commits: readonly CommitLine[]) {
    this.commits = commits;
    this.#positions = new Map(commits.map(({ sha }, position) => [sha, position]));
    this.#prefixes = Map.groupBy(commits, ({ sha }) => sha.slice(0, prefixLength));
  }

  /** The SHA of the commit that is named, if there is exactly one. */
  find({ revision, tag }: Named): string | undefined {
    const abbreviated = revision || tag;
    const candidates = this.#prefixes.get(abbreviated.slice(0, prefixLength)) ?? [];
    const [found, other] = candidates.filter(({ sha }) => sha.startsWith(abbreviated));
    return other ? undefined : found?.sha;
  }

  /** How a commit relates to another one; `unrelated` also when the history lacks one of them. */
  relate(commit: string, other: string): Relation {
    if (commit === other) return 'same';
    if (this.#contains(commit, other)) return 'newer';
    return this.#contains(other, commit) ? 'older' : 'unrelated';
  }

  /** The commits that the second one contains and the first one lacks, in the same order. */
  listBetween(from: string, to: string): CommitLine[] {
    const gained = this.#reach(to).difference(this.#reach(from));
    return this.commits.filter(({ sha }) => gained.has(sha));
  }

  #contains(young: string, old: string): boolean {
    return this.#reach(young, this.#positions.get(old) ?? 0).has(old);
  }

  /** All that a commit contains, as far as a position of the history. */
  #reach(young: string, end = Infinity): Set<string> {
    const reached = new Set([young]);
    for (const { sha, parents } of this.commits.slice(this.#positions.get(young) ?? end, end)) {
      if (reached.has(sha)) for (const parent of parents) reached.add(parent);
    }
    return reached;
  }
}
