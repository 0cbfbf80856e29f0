import { formatDuration } from './duration.ts';
import type { Environment, Flow, Freeze } from './flow.ts';

/** A rule that is looser than it was. */
export interface Loosening {
  environment: string;
  what: string;
}

/** How each rule of an environment gets looser; a new rule is a line here. */
const rules: readonly ((before: Environment, after: Environment) => string | undefined)[] = [
  ({ from: before }, { from: after }) =>
    before === undefined || before === after
      ? undefined
      : `takes its releases from ${after ?? 'no environment'} instead of ${before}`,
  ({ soak: before }, { soak: after }) =>
    after < before
      ? `soaks for ${after > 0 ? formatDuration(after) : 'no time'} instead of ${formatDuration(before)}`
      : undefined,
  ({ via: before }, { via: after }) =>
    before === 'merge-request' && after === 'push'
      ? 'takes promotions by push instead of by merge request'
      : undefined,
];

/** Finds what a change of the flow loosens at a time; what is over by then binds nobody any more. */
export function findLoosenings(before: Flow, after: Flow, time: Date): Loosening[] {
  return before.environments.flatMap((environment) => {
    const { name } = environment;
    const next = after.environments.find((candidate) => candidate.name === name);
    if (!next) return [{ environment: name, what: 'is no environment of the flow any more' }];
    const loosened = rules.map((rule) => rule(environment, next)).filter((what) => what !== undefined);
    const thawed = freezesOf(before, name)
      .filter((freeze) => freeze.to > time && !isCovered(freeze, freezesOf(after, name), time))
      .map(({ from, to, reason }) => {
        return `is no longer frozen for all of ${from.toISOString()} to ${to.toISOString()}: ${reason}`;
      });
    return [...loosened, ...thawed].map((what) => ({ environment: name, what }));
  });
}

function freezesOf({ freezes }: Flow, name: string): Freeze[] {
  return freezes.filter(({ environments }) => environments.includes(name));
}

/** Whether other freezes last for all that is left of one. */
function isCovered({ from, to }: Freeze, others: readonly Freeze[], time: Date): boolean {
  let covered = Math.max(from.getTime(), time.getTime());
  for (const other of others.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (other.from.getTime() <= covered) covered = Math.max(covered, other.to.getTime());
  }
  return covered >= to.getTime();
}
