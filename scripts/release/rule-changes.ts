import type { FileChanges } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { findDelivery } from './delivery.ts';
import { formatDuration } from './duration.ts';
import { everyEnvironment, breach, notice, refused, type Found } from './finding.ts';
import { flowPath, freezesOf, parseFlow, type Environment, type Flow } from './flow.ts';
import { describeFreeze, listSpans, type Span } from './freeze.ts';
import { heldEnvironment, holdPath, parseHold } from './hold.ts';
import { attempt, type Ledger } from './ledger.ts';
import { findStray } from './strays.ts';

/** Finds what a commit does to the rules themselves: to the flow, the holds, and files that could be taken for them. */
export function findRuleChanges(change: FileChanges, ledger: Ledger): Found[] {
  return [...change.files].flatMap(([path, bytes]): Found[] => {
    const isRegular = !change.irregular.has(path);
    const stray = bytes === undefined && isRegular ? undefined : findStray(path, isRegular);
    if (stray) return [refused(stray.environment ?? everyEnvironment, stray.failure)];
    if (path === flowPath) return findFlowChanges(change, bytes, ledger.flow);
    const held = heldEnvironment(path);
    return held === undefined ? [] : findHoldChanges(change, bytes, held, ledger);
  });
}

function findFlowChanges({ commit }: FileChanges, bytes: Buffer | undefined, before: Flow | undefined): Found[] {
  if (!bytes) {
    const message = `${flowPath} was removed; its rules stay in force.`;
    return before ? [breach(everyEnvironment, 'invalid-flow', message)] : [];
  }
  const after = attempt(() => parseFlow({ path: flowPath, bytes }));
  if (after instanceof Failure) return [refused(everyEnvironment, after)];
  if (!before) return [];
  const loosenings = findLoosenings(before, after, commit.time);
  const accepted = after.accepted.filter(({ commit }) => !before.accepted.some((known) => known.commit === commit));
  return [
    ...loosenings.map(({ environment, what }) => notice(environment, 'loosened', `${environment} ${what}.`)),
    ...accepted.map((one) =>
      notice(everyEnvironment, 'accepted', `What ${one.commit} broke was accepted: ${one.reason}`),
    ),
  ];
}

function findHoldChanges({ commit }: FileChanges, bytes: Buffer | undefined, environment: string, ledger: Ledger) {
  if (bytes) {
    const hold = attempt(() => parseHold({ path: holdPath(environment), bytes }));
    return hold instanceof Failure ? [refused(environment, hold)] : [];
  }
  const { hold } = ledger.recordOf(environment);
  const delivery = findDelivery(commit);
  if (!hold || (delivery?.kind === 'resume' && delivery.environment === environment)) return [];
  const message = `${environment} was held by ${hold.by}: ${hold.reason}; the hold was removed, and not by a resume.`;
  return [notice(environment, 'loosened', message)];
}

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
