import type { CommitLine } from './commit-line.ts';
import type { Git } from './git.ts';

/** How a commit relates to another one, in the history of the branch. */
export type Relation = 'same' | 'newer' | 'older' | 'unrelated';

/** Whether a commit is another one, or an ancestor of it, by asking git. */
export async function isAncestor(git: Git, commit: string, of: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', commit, of])).status === 0;
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
  readonly #positions = new Map<string, number>();
  readonly #prefixes = new Map<string, string[]>();

  constructor(commits: readonly CommitLine[]) {
    this.commits = commits;
    for (const [position, { sha }] of commits.entries()) {
      const prefix = sha.slice(0, prefixLength);
      this.#positions.set(sha, position);
      this.#prefixes.set(prefix, [...(this.#prefixes.get(prefix) ?? []), sha]);
    }
  }

  /** The SHA of the commit that is named, if there is exactly one. */
  find({ revision, tag }: Named): string | undefined {
    const abbreviated = revision || tag;
    const candidates = this.#prefixes.get(abbreviated.slice(0, prefixLength)) ?? [];
    const found = candidates.filter((sha) => sha.startsWith(abbreviated));
    return found.length === 1 ? found[0] : undefined;
  }

  /** How a commit relates to another one; `unrelated` also when the history lacks one of them. */
  relate(commit: string, other: string): Relation {
    if (commit === other) return 'same';
    if (this.#contains(commit, other)) return 'newer';
    return this.#contains(other, commit) ? 'older' : 'unrelated';
  }

  #contains(young: string, old: string): boolean {
    const last = this.#positions.get(old) ?? -1;
    const open = [young];
    const seen = new Set(open);
    for (const sha of open) {
      const position = this.#positions.get(sha) ?? Infinity;
      if (position === last) return true;
      // Children come before parents: a commit that stands after it cannot contain it.
      if (position > last) continue;
      for (const parent of this.commits[position]?.parents ?? []) {
        if (!seen.has(parent)) open.push(parent);
        seen.add(parent);
      }
    }
    return false;
  }
}
