import { Ancestry } from './ancestry.ts';
import type { Relation } from './ancestry.ts';
import type { CommitLine } from './commit-line.ts';
import { countTimes } from './counted-time.ts';
import type { Followed } from './follow.ts';

/** A commit of the branch, and when it counts. */
export interface BranchCommit extends Followed {
  /** When it counts, whatever it claims. */
  time: Date;
  /** When it was there for certain: the time of the next commit, or now. */
  seen: Date;
}

// The shortest abbreviation that a tag may be.
const prefixLength = 7;

/** A commit by its whole SHA, or else by an abbreviation. */
interface Named {
  revision: string;
  tag: string;
}

/** What the branch itself was, commit by commit, newest first. */
export class Mainline {
  readonly commits: readonly BranchCommit[];
  readonly #history: readonly CommitLine[];
  // Made for who asks: most commands ask for one of them, or for neither.
  #positions: ReadonlyMap<string, readonly number[]> | undefined;
  #ancestry: Ancestry | undefined;

  /** Takes the history of the branch, and what of it the branch was. */
  constructor(history: readonly CommitLine[], followed: readonly Followed[], now: Date) {
    this.#history = history;
    const times = countTimes(followed.map(({ time }) => time).toReversed(), now).toReversed();
    this.commits = followed.map((commit, position) => ({
      ...commit,
      time: times[position] ?? now,
      seen: times[position - 1] ?? now,
    }));
  }

  /** The position of a commit; the tip is 0. */
  find({ revision, tag }: Named): number | undefined {
    const abbreviated = revision || tag;
    this.#positions ??= indexCommits(this.commits);
    const candidates = this.#positions.get(abbreviated.slice(0, prefixLength)) ?? [];
    const found = candidates.filter((position) => this.commits[position]?.sha.startsWith(abbreviated));
    return found.length === 1 ? found[0] : undefined;
  }

  /**
   * How a commit stands to another one: `unrelated` where the history has not exactly one such, undefined where there is
   * none to compare it with. Most are commits of the branch itself, where the newer one is nearer to the tip.
   */
  readonly relate = (to: Named, from: Named | undefined): Relation | undefined => {
    const [position, before] = [this.find(to), from && this.find(from)];
    if (position !== undefined && before !== undefined) {
      if (position === before) return 'same';
      return position < before ? 'newer' : 'older';
    }
    const ancestry = (this.#ancestry ??= new Ancestry(this.#history));
    const [commit, other] = [to, from].map((named) => named && ancestry.find(named.revision || named.tag));
    if (commit === undefined) return 'unrelated';
    if (!from) return undefined;
    return other === undefined ? 'unrelated' : ancestry.relate(commit, other);
  };
}

/** The positions of commits by the beginnings of their names. */
function indexCommits(commits: readonly BranchCommit[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  for (const [position, { sha }] of commits.entries()) {
    const prefix = sha.slice(0, prefixLength);
    const known = positions.get(prefix);
    if (known) known.push(position);
    else positions.set(prefix, [position]);
  }
  return positions;
}
