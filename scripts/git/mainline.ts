import type { Ancestry, Named, Relation } from './ancestry.ts';
import type { Followed } from './follow.ts';

/** A commit of the branch, and when it counts. */
export interface BranchCommit extends Followed {
  /** When it counts, whatever it claims. */
  time: Date;
  /** When it was there for certain: the time of the next commit, or now. */
  seen: Date;
}

/** The commits that the branch itself was at, newest first. */
export class Mainline {
  readonly commits: readonly BranchCommit[];
  /** The moment at which it is looked at. */
  readonly now: Date;
  readonly #history: Ancestry;
  readonly #positions: ReadonlyMap<string, number>;

  /** Takes the history of the branch, and the commits of it that the branch was at. */
  constructor(history: Ancestry, followed: readonly Followed[], now: Date) {
    this.#history = history;
    this.now = now;
    const times = countTimes(followed.map(({ time }) => time).toReversed(), now).toReversed();
    this.commits = followed.map((commit, position) => ({
      ...commit,
      time: times[position] ?? now,
      seen: times[position - 1] ?? now,
    }));
    this.#positions = new Map(followed.map(({ sha }, position) => [sha, position]));
  }

  /** The position of a commit; the tip is 0. */
  find(named: Named): number | undefined {
    const commit = this.#history.find(named);
    return commit === undefined ? undefined : this.#positions.get(commit);
  }

  /** The commit that is named, if it is one of the branch. */
  findCommit(named: Named): BranchCommit | undefined {
    return this.commits[this.find(named) ?? -1];
  }

  /**
   * How a commit relates to another one: `unrelated` when the history does not have exactly one commit of a name, undefined
   * when there is no other one. Most are commits of the branch itself, where the newer one is nearer to the tip.
   */
  readonly relate = (to: Named, from: Named | undefined): Relation | undefined => {
    const [commit, other] = [to, from].map((named) => named && this.#history.find(named));
    if (commit === undefined || (from && other === undefined)) return 'unrelated';
    if (other === undefined) return undefined;
    const [position, before] = [commit, other].map((sha) => this.#positions.get(sha));
    if (position === undefined || before === undefined) return this.#history.relate(commit, other);
    if (position === before) return 'same';
    return position < before ? 'newer' : 'older';
  };
}

/**
 * The times at which commits count that came to a branch one after the other, oldest first, from the times that they claim:
 * each no earlier than the one before it, and no later than now. So a wrong clock makes no commit older than it is.
 */
export function countTimes(claimed: readonly Date[], now: Date): Date[] {
  let latest = 0;
  return claimed.map((time) => {
    latest = Math.max(latest, time.getTime());
    return new Date(Math.min(latest, now.getTime()));
  });
}
