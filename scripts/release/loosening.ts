import { formatDuration } from './duration.ts';
import type { Environment, Flow } from './flow.ts';
import { describeFreeze, listSpans, type Freeze, type Span } from './freeze.ts';

/** How each rule of an environment gets looser; a new rule is a line here. */
const rules: readonly ((before: Environment, after: Environment) => string | undefined)[] = [
  ({ from: before }, { from: after }) =>
    before === undefined || before === after
      ? undefined
      : `takes its releases from ${after ?? 'no environment'} instead of ${before}`,
  ({ soak: before }, { soak: after }) =>
    after.for < before.for
      ? `soaks for ${after.for > 0 ? formatDuration(after.for) : 'no time'} instead of ${formatDuration(before.for)}`
      : undefined,
  // What has soaked by release has soaked by descent too.
  ({ soak: before }, { soak: after }) =>
    before.for > 0 && before.by === 'release' && after.by === 'descent'
      ? 'soaks by descent instead of by release'
      : undefined,
  ({ healthy: before }, { healthy: after }) =>
    before && !after ? 'takes a release without a verdict of healthy' : undefined,
  ({ via: before }, { via: after }) =>
    before === 'merge-request' && after === 'push' ? 'takes promotions by push instead of by merge request' : undefined,
  ({ override: before }, { override: after }) => {
    const added = after.filter((rule) => !before.includes(rule));
    return added.length > 0 ? `lets ${added.join(' and ')} be overridden` : undefined;
  },
];

/** Finds what a change of the flow loosens at a time; what is over by then binds nobody any more. */
export function findLoosenings(before: Flow, after: Flow, time: Date): { environment: string; what: string }[] {
  return before.environments.flatMap((environment) => {
    const { name } = environment;
    const next = after.environments.find((candidate) => candidate.name === name);
    if (!next) return [{ environment: name, what: 'is not in the flow any more' }];
    const loosened = rules.map((rule) => rule(environment, next)).filter((what) => what !== undefined);
    const left = freezesOf(after, name).flatMap((freeze) => listSpans(freeze, time));
    const thawed = freezesOf(before, name)
      .filter((freeze) => listSpans(freeze, time).some((span) => !isCovered(span, left, time)))
      .map((freeze) => `is no longer frozen for all of ${describeFreeze(freeze)}: ${freeze.reason}`);
    return [...loosened, ...thawed].map((what) => ({ environment: name, what }));
  });
}

function freezesOf({ freezes }: Flow, name: string): Freeze[] {
  return freezes.filter(({ environments }) => environments.includes(name));
}

/** Whether others last for all that is left of one. */
function isCovered({ from, to }: Span, others: readonly Span[], time: Date): boolean {
  let covered = Math.max(from.getTime(), time.getTime());
  for (const other of others.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (other.from.getTime() <= covered) covered = Math.max(covered, other.to.getTime());
  }
  return covered >= to.getTime();
}
