import { auditHistory } from '../../../scripts/release/audit.ts';
import { findFreeze } from '../../../scripts/release/flow.ts';
import { listRefusals } from '../../../scripts/release/refusals.ts';
import { Failure } from '../../../scripts/shell/failure.ts';
import { relate } from '../git/changes.ts';
import { day, hour, isWorking, minute } from './history.ts';
import type { History } from './history.ts';
import { rulesOf } from './world.ts';
import type { Promoted, Stay, World } from './world.ts';

/** How many promises of each kind a history put to the test. */
export interface Kept {
  promotions: number;
  arrivals: number;
  breaches: number;
  overridden: number;
}

/** What of a history is not as promised, and how much of it was there to break a promise. */
export function checkPromises(history: History): { broken: string[]; kept: Kept } {
  const { world } = history;
  const findings = auditHistory(world, relate);
  const breaches = new Map<string, string>();
  for (const { severity, commit, rule } of findings) {
    if (severity === 'breach') breaches.set(commit.sha, [breaches.get(commit.sha), rule].filter(Boolean).join());
  }
  const overridden = findings.filter(({ rule }) => rule === 'overridden').map(({ commit }) => commit.sha);
  const forced = world.promoted.filter(({ said }) => said.ruling !== 'changed');
  const expected = new Map(forced.map(({ commit, said }) => [commit, codesOf(said.ruling)]));
  const told = world.promoted.flatMap(({ commit, said }) =>
    said.ruling === 'changed' ? said.broken.map(() => commit) : [],
  );
  const unsafe = world.promoted
    .filter(({ said }) => said.ruling === 'changed')
    .flatMap((promoted) => findUnsafe(world, promoted));
  const late = listDue(history).flatMap(({ release, until }) => findLate(world, release, until));
  return {
    broken: [
      ...differences('the audit and the commands', breaches, expected),
      ...(overridden.join() === told.join() ? [] : [`overridden: ${overridden.join()}, not ${told.join()}`]),
      ...unsafe,
      ...late,
    ],
    kept: {
      promotions: world.promoted.length,
      arrivals: listDue(history).length,
      breaches: breaches.size,
      overridden: overridden.length,
    },
  };
}

function codesOf(ruling: Promoted['said']['ruling']): string {
  return ruling instanceof Failure
    ? listRefusals(ruling)
        .map(({ code }) => code)
        .join()
    : 'backwards';
}

function differences(what: string, left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys]
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => `${what} differ on ${Number(key)}: ${String(left.get(key))}, ${String(right.get(key))}`);
}

/**
 * What a promotion that the rules allowed had not lived through, told by other means than theirs: the source is looked at
 * minute by minute.
 */
function findUnsafe(world: World, { commit, environment, release, at, said }: Promoted): string[] {
  const { from, soak, healthy, override } = rulesOf(world, environment);
  const past = said.broken.map(({ rule }) => rule);
  const runs = world
    .listRuns(from === 'staging' ? 'staging' : 'dev')
    // No commit counts as later than now.
    .filter((run) => run.commit < commit)
    .map((run) => ({ ...run, since: Math.min(run.since, at), until: Math.min(run.until ?? at, at) }));
  const name = `${environment} got ${release} at ${new Date(at).toISOString()}`;
  if (past.some((rule) => !override.includes(rule))) return [`${name} past ${past.join()}`];
  const last = runs.findLastIndex((run) => run.release === release);
  if (last < 0) return [`${name}, which ${String(from)} had not run`];
  if (runs.slice(last).some((run) => run.release < release)) return [`${name}, which was taken back`];
  const back = runs.findLastIndex((run) => run.release < release);
  const own = runs.slice(back + 1).filter((run) => run.release === release);
  const mustBeHealthy = healthy && !past.includes('healthy');
  const counted = mustBeHealthy ? own.filter((run) => (run.healthy ?? Infinity) <= at) : own;
  if (counted.length === 0) return [`${name}, which nobody had found healthy`];
  if (past.includes('soak')) return [];
  const startOf = (run: Stay) => (mustBeHealthy ? Math.max(run.healthy ?? Infinity, run.since) : run.since);
  const lasted =
    soak.by === 'descent'
      ? at - Math.min(...counted.map(startOf))
      : Math.max(...counted.map((run) => run.until - startOf(run)));
  // A verdict is told to the millisecond, a commit to the second.
  return lasted + 1000 > soak.for ? [] : [`${name}, after ${lasted / minute} min`];
}

/** The releases with nothing in their way, and when they must have come to production at the latest. */
function listDue({ world, merges, obstacles, end }: History): { release: number; until: number }[] {
  const [staging, production] = [rulesOf(world, 'staging'), rulesOf(world, 'production')];
  if (staging.soak.by !== 'descent' || production.soak.by !== 'descent') return [];
  return merges.flatMap((merged, index) => {
    // Staging is promoted every half an hour, and a verdict takes ten minutes.
    const ripe = merged + staging.soak.for + production.soak.for + 2 * (hour / 2 + 10 * minute);
    const until = nextWorkingDay(ripe);
    const isFree = until < end && !obstacles.some((at) => at <= until) && !isFrozenBetween(world, merged, until);
    return isFree ? [{ release: index + 1, until }] : [];
  });
}

function findLate(world: World, release: number, until: number): string[] {
  const runs = world.listRuns('production').filter(({ since }) => since <= until);
  const arrived = Math.max(0, ...runs.map((run) => run.release));
  return arrived >= release ? [] : [`${release} had not come by ${new Date(until).toISOString()}: ${arrived}`];
}

/** The end of a working day after a time: a day of it, or the next one whole. */
function nextWorkingDay(time: number): number {
  let until = time;
  for (let worked = 0; worked < 9; until += hour) if (isWorking(until)) worked += 1;
  return until;
}

function isFrozenBetween({ flow }: World, from: number, to: number): boolean {
  for (let time = from; time < to; time += day / 48) if (findFreeze(flow, 'production', new Date(time))) return true;
  return false;
}
