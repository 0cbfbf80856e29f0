import type { CommitLine } from './commit-line.ts';

/** Which of the marked commits a commit contains: the newest of them, from which the others follow. */
interface Contained {
  /** One set, or several of which none has all of another. */
  before: readonly Contained[];
  depth: number;
}

/**
 * Takes in a history, children before parents, by one pass: it may have any number of merges. What it gives tells for each
 * parent of a commit whether its history has a marked commit that the others lack.
 */
export function tellSides(commits: readonly CommitLine[], marked: ReadonlySet<string>) {
  const known = new Map<string, Contained | undefined>();
  for (const { sha, parents } of commits.toReversed()) {
    const contained = unite(parents.map((parent) => known.get(parent)));
    known.set(sha, marked.has(sha) ? extend(contained ? [contained] : []) : contained);
  }
  return ({ parents }: CommitLine) => {
    const sides = parents.map((parent) => known.get(parent));
    return sides.map((side, index) => sides.every((other, position) => position === index || !contains(other, side)));
  };
}

function unite(sides: readonly (Contained | undefined)[]): Contained | undefined {
  const distinct = [...new Set(sides)];
  const widest = distinct.filter((side) => side && !distinct.some((other) => other !== side && contains(other, side)));
  return widest.length > 1 ? extend(widest.filter((side) => side !== undefined)) : widest[0];
}

function extend(before: readonly Contained[]): Contained {
  return { before, depth: 1 + Math.max(0, ...before.map(({ depth }) => depth)) };
}

function contains(set: Contained | undefined, other: Contained | undefined): boolean {
  if (!other || set === other) return true;
  const open = set ? [set] : [];
  const seen = new Set(open);
  for (const { before, depth } of open) {
    if (depth <= other.depth) continue;
    for (const next of before) {
      if (next === other) return true;
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
  return false;
}
