import type { CommitLine } from './commit-line.ts';

/**
 * Why it is in doubt which side of a merge was the branch: `both` have marked commits; the title says that the one with
 * marked commits was the `other` one; `neither` the commits nor the title tell.
 */
export type Doubt = 'both' | 'other' | 'neither';

/** A commit of the branch. */
export interface Followed extends CommitLine {
  /** The parent that the branch was at before; undefined for its first commit. */
  before: string | undefined;
  /** What a merge brought: the other parent, the first of several. */
  merged: CommitLine | undefined;
  doubt: Doubt | undefined;
}

/**
 * Finds the commits that a branch was at, newest first, in its history, which has children before parents. At a merge it
 * goes the way of the only side that has marked commits, unless GitLab's title says that this side was merged into the
 * branch; where no side has any, the way that the title tells; else that of the first parent. Marked are commits that are only
 * ever made on the branch itself.
 */
export function followBranch(
  commits: readonly CommitLine[],
  { branch, marked }: { branch: string; marked: ReadonlySet<string> },
): Followed[] {
  const known = new Map(commits.map((commit) => [commit.sha, commit]));
  // Most histories have no merge.
  let tell: ReturnType<typeof tellSides> | undefined;
  const followed: Followed[] = [];
  for (let commit = commits[0]; commit;) {
    const { parents, subject } = commit;
    const { index, doubt } =
      parents.length > 1
        ? choose((tell ??= tellSides(commits, marked))(commit), findBranchParent(subject, branch))
        : { index: 0, doubt: undefined };
    const before = parents[index];
    const merged = parents.find((parent) => parent !== before);
    followed.push({ ...commit, before, merged: known.get(merged ?? ''), doubt });
    commit = known.get(before ?? '');
  }
  return followed;
}

function choose(sides: readonly boolean[], title: 0 | 1 | undefined): Pick<Followed, 'doubt'> & { index: number } {
  const [marked, ...others] = [...sides.keys()].filter((index) => sides[index]);
  if (marked === undefined) return { index: title ?? 0, doubt: title === undefined ? 'neither' : undefined };
  if (others.length > 0) return { index: 0, doubt: title === 0 ? 'other' : 'both' };
  // The title of a pull does not say of which repository's branch it is, so it rules nothing out.
  return title === 0 ? { index: 0, doubt: marked === 0 ? undefined : 'other' } : { index: marked, doubt: undefined };
}

const mergeTitle =
  /^Merge (?<remote>remote-tracking )?branch '(?<merged>[^']+)'(?<pulled> of .+?)?(?: into (?<into>\S+))?$/;

/**
 * Which parent of a merge was the branch, by the title that Git or GitLab gives it; undefined where that does not tell.
 * Whoever writes the title also chooses the order of the parents, so the title proves no less than the order.
 */
function findBranchParent(title: string, branch: string): 0 | 1 | undefined {
  const { remote, merged = '', pulled, into } = mergeTitle.exec(title)?.groups ?? {};
  if (merged === '') return undefined;
  // GitLab quotes both branches, and makes such a merge on its server alone.
  if (into === `'${branch}'`) return 0;
  const source = remote === undefined ? merged : merged.slice(merged.indexOf('/') + 1);
  // A pull says where from, also where the local branch has the same name.
  if (source === branch && (pulled !== undefined || into !== branch)) return 1;
  return into === branch ? 0 : undefined;
}

/** Which of the marked commits a commit contains: the newest one, which contains the others. */
interface Contained {
  /** The sets before it: one, or several of which none has all of another. */
  before: readonly Contained[];
  depth: number;
}

/**
 * Reads a history, children before parents, in one pass, whatever its number of merges. Gives a function that tells, for
 * each parent of a commit, whether the history of that parent has a marked commit that the others lack.
 */
function tellSides(commits: readonly CommitLine[], marked: ReadonlySet<string>) {
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
