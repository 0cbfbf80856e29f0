import { lineFormat, parseLines } from './commit-line.ts';
import type { CommitLine } from './commit-line.ts';
import type { Scratch } from './scratch.ts';

// The shortest abbreviation that a tag may be.
const prefixLength = 7;

/** The first-parent history of a branch: what the branch itself was, commit by commit, newest first. */
export class Mainline {
  readonly commits: readonly CommitLine[];
  readonly #positions = new Map<string, number[]>();

  constructor(commits: readonly CommitLine[]) {
    this.commits = commits;
    for (const [position, { sha }] of commits.entries()) {
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

/** Reads the history of a commit by one `git log`. */
export async function readMainline({ git }: Scratch, commit: string): Promise<Mainline> {
  return new Mainline(parseLines(await git.read(['log', '--first-parent', lineFormat, commit])));
}
