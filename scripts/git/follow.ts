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
 * branch; where no side has any, the way that the title tells; else that of the first parent.
 */
export function followBranch(commits: readonly CommitLine[], signs: Signs): Followed[] {
  const known = new Map(commits.map((commit) => [commit.sha, commit]));
  const followed: Followed[] = [];
  let next = commits[0]?.sha;
  for (const [position, commit] of commits.entries()) {
    if (commit.sha !== next) continue;
    const { parents } = commit;
    const { index, doubt } = parents.length > 1 ? choose(commits, position, signs) : { index: 0, doubt: undefined };
    next = parents[index];
    const merged = parents.find((parent) => parent !== next);
    followed.push({ ...commit, before: next, merged: known.get(merged ?? ''), doubt });
  }
  return followed;
}

/** What tells at a merge which side was the branch: its name, and commits that are only ever made on the branch itself. */
interface Signs {
  branch: string;
  marked: ReadonlySet<string>;
}

/** Which parent of the merge at a position was the branch, and why that is in doubt. */
function choose(commits: readonly CommitLine[], position: number, { branch, marked }: Signs) {
  const [side, ...others] = listMarkedSides(commits, position, marked);
  const title = findBranchParent(commits[position]?.subject ?? '', branch);
  if (side === undefined) return { index: title ?? 0, doubt: title === undefined ? 'neither' : undefined } as const;
  if (others.length > 0) return { index: 0, doubt: title === 0 ? 'other' : 'both' } as const;
  // The title of a pull does not say of which repository's branch it is, so it rules nothing out.
  return { index: title === 0 ? 0 : side, doubt: title === 0 && side !== 0 ? 'other' : undefined } as const;
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

// The side of what several parents contain.
const shared = -1;

/**
 * Lists the parents of the merge at a position whose history has a marked commit that the others lack. Of what follows,
 * children before parents, it reads no more than the commits up to where the sides have met.
 */
function listMarkedSides(commits: readonly CommitLine[], position: number, marked: ReadonlySet<string>): number[] {
  const sides = commits[position]?.parents ?? [];
  const open = new Map(sides.map((parent, side) => [parent, side]));
  const found = new Set<number>();
  for (let index = position + 1; index < commits.length; index += 1) {
    const { sha = '', parents = [] } = commits[index] ?? {};
    const side = open.get(sha);
    if (side === undefined) continue;
    open.delete(sha);
    if (marked.has(sha)) found.add(side);
    for (const parent of parents) open.set(parent, (open.get(parent) ?? side) === side ? side : shared);
    if (open.values().every((side) => side === shared)) break;
  }
  return [...sides.keys()].filter((side) => found.has(side));
}
