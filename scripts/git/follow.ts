import type { CommitLine } from './commit-line.ts';
import { tellSides } from './contained.ts';
import { findBranchParent } from './merge-title.ts';

/** What tells which side of a merge was the branch. */
interface Evidence {
  /** The name of the branch, by which titles of merges tell it. */
  branch: string;
  /** The commits that are only ever made on the branch itself. */
  marked: ReadonlySet<string>;
}

/**
 * Why it is in doubt which side of a merge was the branch: several have marked commits; the title rules out the one that
 * has; nothing tells.
 */
export type Doubt = 'both' | 'other' | 'neither';

/** A commit of the branch. */
export interface Followed extends CommitLine {
  /** The parent that the branch was at before; undefined for its first commit. */
  before: string | undefined;
  /** What a merge brought: the other parent, the first of several. */
  merged: string | undefined;
  doubt: Doubt | undefined;
}

/**
 * Finds the commits that a branch was at, newest first, in its history, which has children before parents. At a merge it
 * goes the way of the only side that has marked commits, unless GitLab's title says that this side was merged into the
 * branch; where no side has any, the way that the title tells; else that of the first parent.
 */
export function followBranch(commits: readonly CommitLine[], { branch, marked }: Evidence): Followed[] {
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
    followed.push({ ...commit, before, merged: parents.find((parent) => parent !== before), doubt });
    commit = before === undefined ? undefined : known.get(before);
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
