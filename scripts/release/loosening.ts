import { formatDuration } from './duration.ts';
import { freezesOf, type Environment, type Flow } from './flow.ts';
import { describeFreeze, listSpans, type Span } from './freeze.ts';

/** Finds the rules that a change of the flow makes looser at a time; a freeze that is over by then does not count. */
export function findLoosenings(before: Flow, after: Flow, time: Date): { environment: string; what: string }[] {
  return before.environments.flatMap((environment) => {
    const { name } = environment;
    const next = after.environments.find((candidate) => candidate.name === name);
    if (!next) return [{ environment: name, what: 'is not in the flow any more' }];
    const left = freezesOf(after, name).flatMap((freeze) => listSpans(freeze, time));
    const thawed = freezesOf(before, name)
      .filter((freeze) => listSpans(freeze, time).some((span) => !isCovered(span, left, time)))
      .map((freeze) => `is no longer frozen for all of ${describeFreeze(freeze)}: ${freeze.reason}`);
    return [...loosen(environment, next), ...thawed].map((what) => ({ environment: name, what }));
  });
}

/** Tells each rule of an environment that gets looser; a new rule is a line here. */
function* loosen(before: Environment, after: Environment): Generator<string> {
  if (before.from !== undefined && before.from !== after.from)
    yield `takes its releases from ${after.from ?? 'no environment'} instead of ${before.from}`;
  const { for: soaked, by } = before.soak;
  const { for: soaks } = after.soak;
  if (soaks < soaked)
    yield `soaks for ${soaks > 0 ? formatDuration(soaks) : 'no time'} instead of ${formatDuration(soaked)}`;
  // What has soaked by release has soaked by descent too.
  if (soaked > 0 && by === 'release' && after.soak.by === 'descent') yield 'soaks by descent instead of by release';
  if (before.healthy && !after.healthy) yield 'takes a release without a verdict of healthy';
  if (before.via === 'merge-request' && after.via === 'push')
    yield 'takes promotions by push instead of by merge request';
  const added = after.override.filter((rule) => !before.override.includes(rule));
  if (added.length > 0) yield `lets ${added.join(' and ')} be overridden`;
}

/** Whether other spans cover all that is left of a span. */
function isCovered({ from, to }: Span, others: readonly Span[], time: Date): boolean {
  let covered = Math.max(from.getTime(), time.getTime());
  for (const other of others.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (other.from.getTime() <= covered) covered = Math.max(covered, other.to.getTime());
  }
  return covered >= to.getTime();
}
