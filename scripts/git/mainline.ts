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

/** What the branch itself was, commit by commit, newest first. */
export class Mainline {
  readonly commits: readonly BranchCommit[];
  readonly #positions = new Map<string, number[]>();

  constructor(followed: readonly Followed[], now: Date) {
    const times = countTimes(followed.map(({ time }) => time).toReversed(), now).toReversed();
    this.commits = followed.map((commit, position) => ({
      ...commit,
      time: times[position] ?? now,
      seen: times[position - 1] ?? now,
    }));
    for (const [position, { sha }] of this.commits.entries()) {
      const prefix = sha.slice(0, prefixLength);
      this.#positions.set(prefix, [...(this.#positions.get(prefix) ?? []), position]);
    }
  }

  /** The position of the commit with a whole SHA, or else of the one that an abbreviation names; the tip is 0. */
  find({ revision, tag }: { revision: string; tag: string }): number | undefined {
    const abbreviated = revision || tag;
    const candidates = this.#positions.get(abbreviated.slice(0, prefixLength)) ?? [];
    const found = candidates.filter((position) => this.commits[position]?.sha.startsWith(abbreviated));
    return found.length === 1 ? found[0] : undefined;
  }
}
