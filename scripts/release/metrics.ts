import type { BranchCommit, Mainline } from '../git/mainline.ts';
import type { Run } from './ledger.ts';
import { firstVerdict } from './verdict.ts';

/** What each measure of an environment counts, for people. */
export const definitions = {
  deployments: 'How many releases came by a deploy, a promotion or an edit. A rollback does not count.',
  leadTime:
    'The time from when a commit that changes more than environments/ came to the branch until a deployment brought the ' +
    'first release that contains it. A merge is one commit. It counts in the week of the deployment.',
  failureRate:
    'The share of the deployments that have a verdict of failed or were taken back: an older release came next, or a ' +
    'rollback that did not go forward.',
  timeToRestore:
    'The time from when a failed deployment came until it was found healthy after all or, if that was earlier, the next run ' +
    'that did not fail was found healthy, or came, where no verdict says so. It counts in the week of the deployment.',
  open: 'How many of the failed deployments are not restored.',
  quantiles: 'The median and p90 are by nearest rank: the least time that half, or 90 %, of the times do not exceed.',
  week: 'A week begins on Monday at 00:00 UTC.',
} as const;

/** A commit of the branch with code, and when it came to the branch. */
export type Change = Pick<BranchCommit, 'sha' | 'subject' | 'time'>;

/** A run that a deploy, a promotion or an edit brought. */
export interface Deployment {
  run: Run;
  /** What the environment had not run before, newest first; the lead time in milliseconds. */
  changes: readonly { change: Change; leadTime: number }[];
  /** How it failed, if it did; `failed` where a verdict says so, whatever came next. */
  failure: 'taken-back' | 'failed' | undefined;
  /** When the environment was well again after it failed; undefined while it is not. */
  restored: Date | undefined;
}

/** The middle of durations, and what nine of ten do not exceed, in milliseconds. */
export interface Quantiles {
  median: number;
  p90: number;
}

/** The measures of a week; undefined where there is nothing to measure. */
export interface Week {
  /** 00:00 UTC. */
  monday: Date;
  /** Oldest first. */
  deployments: readonly Deployment[];
  leadTime: Quantiles | undefined;
  failureRate: number | undefined;
  timeToRestore: Quantiles | undefined;
}

type Branch = Pick<Mainline, 'commits' | 'find' | 'relate' | 'now'>;

/**
 * Measures the runs of an environment by weeks, from the one of its first deployment to the present one. Code tells the
 * commits of the branch that change more than environments.
 */
export function measure(runs: readonly Run[], branch: Branch, code: ReadonlySet<string>): Week[] {
  const deployments = listDeployments(runs, branch, code);
  const [first] = deployments;
  if (!first) return [];
  const byWeek = Map.groupBy(deployments, ({ run }) => mondayOf(run.since));
  const weeks: Week[] = [];
  for (let monday = mondayOf(first.run.since); monday <= branch.now.getTime(); monday += week) {
    weeks.push(summarize(new Date(monday), byWeek.get(monday) ?? []));
  }
  return weeks;
}

/** Milliseconds of a week. */
export const week = 7 * 24 * 3_600_000;
// The first Monday that a Date counts.
const firstMonday = Date.UTC(1970, 0, 5);

/** Whether a deployment has failed, and the environment is not well yet. */
export function isOpen({ failure, restored }: Deployment): boolean {
  return failure !== undefined && restored === undefined;
}

/** The start of a time's week; those of UTC are all of the same length. */
export function mondayOf(time: Date): number {
  return firstMonday + Math.floor((time.getTime() - firstMonday) / week) * week;
}

function summarize(monday: Date, deployments: readonly Deployment[]): Week {
  const failures = deployments.filter(({ failure }) => failure);
  const leadTimes = deployments.flatMap(({ changes }) => changes.map(({ leadTime }) => leadTime));
  const restores = failures.flatMap(({ run, restored }) =>
    restored ? [restored.getTime() - run.since.getTime()] : [],
  );
  return {
    monday,
    deployments,
    leadTime: findQuantiles(leadTimes),
    failureRate: deployments.length > 0 ? failures.length / deployments.length : undefined,
    timeToRestore: findQuantiles(restores),
  };
}

function findQuantiles(durations: readonly number[]): Quantiles | undefined {
  const sorted = durations.toSorted((a, b) => a - b);
  const [median, p90] = [50, 90].map((percent) => sorted[Math.ceil((percent * sorted.length) / 100) - 1]);
  return median === undefined || p90 === undefined ? undefined : { median, p90 };
}

function listDeployments(runs: readonly Run[], branch: Branch, code: ReadonlySet<string>): Deployment[] {
  const outcomes = listOutcomes(runs, branch);
  // All commits from this position on have run.
  let reached = branch.commits.length;
  return runs.flatMap((run, index) => {
    const position = branch.find(run.image) ?? reached;
    const brought = branch.commits.slice(position, reached).filter(({ sha }) => code.has(sha));
    reached = Math.min(reached, position);
    if (run.version.kind === 'rollback') return [];
    const changes = brought.map((change) => ({ change, leadTime: run.since.getTime() - change.time.getTime() }));
    return [{ run, changes, failure: undefined, restored: undefined, ...outcomes[index] }];
  });
}

/** How each run failed, and when the environment was well again. */
function listOutcomes(runs: readonly Run[], branch: Branch): Pick<Deployment, 'failure' | 'restored'>[] {
  // When the next run that did not fail was well.
  let well: Date | undefined;
  const outcomes = runs.toReversed().map((run, back, { [back - 1]: next }) => {
    const failure = run.failed ? 'failed' : next && isWayBack(next, run, branch) ? 'taken-back' : undefined;
    if (failure) return { failure, restored: firstOf(findRecovery(run), well) } as const;
    well = run.healthy ?? run.since;
    return { failure, restored: undefined };
  });
  return outcomes.toReversed();
}

function isWayBack(run: Run, before: Run, { relate }: Branch): boolean {
  const relation = relate(run.image, before.image);
  return relation === 'older' || (run.version.kind === 'rollback' && relation !== 'newer');
}

/** When a run was first found healthy after it had been found to have failed. */
function findRecovery({ failed, version: { verdicts } }: Run): Date | undefined {
  const since = verdicts.findIndex(({ state }) => state === 'failed');
  return failed && firstVerdict(verdicts.slice(since), 'healthy', failed);
}

function firstOf(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other ? new Date(Math.min(one.getTime(), other.getTime())) : (one ?? other);
}
