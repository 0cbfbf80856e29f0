import { stringify } from 'yaml';
import type { Files } from '../git/origin.ts';
import { Random } from './random.ts';
import { names, World } from './world.ts';
import type { Name } from './world.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What happened, and what of it got in the way of releases. */
export interface History {
  world: World;
  /** When each release was merged, from the first on. */
  merges: readonly number[];
  /** When something stood in the way: a hold, a rollback, a release that was not healthy, or somebody past the rules. */
  obstacles: readonly number[];
  end: number;
}

type Happening = readonly [at: number, act: () => void];

// A Monday.
const start = Date.parse('2026-11-02T00:00:00Z');

/** Plays some days of a project: merges, operators, rollbacks, holds, freezes, clocks that are off, what is not healthy. */
export function playHistory(seed: number): History {
  const random = new Random(seed);
  const days = random.pick([2, 3, 5]);
  const isFrozen = random.is(0.4);
  const world = new World(generateFlow(random, isFrozen), start + random.pick([0, 1, 2, 3, 4]) * day + 8 * hour);
  const end = world.now + days * day;
  const merges: number[] = [];
  const obstacles: number[] = [];
  const healthyAt = (at: number, release: number) => (isBad(release) ? undefined : at + random.between(1, 9) * minute);
  const bad = new Set<number>();
  const isBad = (release: number) => bad.has(release);
  const chanceOfBad = random.pick([0, 0, 0.1, 0.3]);
  // A commit counts as no earlier than one from a clock that is ahead: as frozen or ripe where it was not yet. So clocks are
  // ahead where nothing freezes, and nobody goes past the rules.
  const isAhead = !isFrozen && random.is(0.1);
  const skews: [number, ...number[]] = isAhead ? [0.2, 2] : [0, -1, -26];

  const merge = () => {
    merges.push(world.now);
    const release = merges.length;
    if (random.is(chanceOfBad)) {
      bad.add(release);
      obstacles.push(world.now);
    }
    const skew = random.is(0.1) ? random.pick(skews) * hour : 0;
    world.deploy(release, { healthy: healthyAt(world.now, release) }, skew);
  };
  const promote = (name: Name) => {
    world.promote(name, undefined, { healthy: healthyAt(world.now, Infinity) });
  };
  const meddle = () => {
    obstacles.push(world.now);
    const name = random.pick(names);
    const goPast = () => {
      const target = random.pick(['staging', 'production'] as const);
      const [source] = world.listRuns(target === 'staging' ? 'dev' : 'staging').slice(-random.pick([1, 1, 1, 2, 4]));
      if (!source) return;
      const manner = random.pick([{ isForced: !isAhead }, { override: ['soak', 'freeze', 'healthy'] as const }]);
      world.promote(target, source.release, { ...manner, healthy: world.now + 3 * minute });
    };
    random.pick([
      goPast,
      goPast,
      () => {
        world.rollback(name, world.now + 2 * minute);
      },
      () => {
        world.hold(name);
      },
      () => {
        for (const name of names) world.resume(name);
      },
    ])();
  };

  const perDay = random.pick([1, 3, 8, 8, random.between(1, 100)]);
  const happenings: Happening[] = [];
  for (let at = world.now; at < end; at += random.between(0.2, 1.8) * (9 / perDay) * hour) {
    if (isWorking(at)) happenings.push([at, merge]);
  }
  for (let at = world.now; at < end; at += hour / 2) {
    happenings.push([
      at,
      () => {
        promote('staging');
      },
    ]);
    if (isWorking(at))
      happenings.push([
        at + 1,
        () => {
          promote('production');
        },
      ]);
  }
  if (random.is(0.6)) {
    for (let at = world.now; at < end; at += random.between(2, 30) * hour) happenings.push([at, meddle]);
  }
  for (const [at, act] of happenings.sort(([a], [b]) => a - b)) {
    // Late in a second, since the commit that comes of it tells no more than that.
    world.now = Math.floor(at / 1000) * 1000 + 999;
    act();
  }
  return { world, merges, obstacles, end };
}

/** From nine to six, Monday to Friday. */
export function isWorking(at: number): boolean {
  const time = new Date(at);
  return time.getUTCDay() % 6 !== 0 && time.getUTCHours() >= 9 && time.getUTCHours() < 18;
}

function generateFlow(random: Random, isFrozen: boolean): Files {
  const soak = (text: string) => ({ for: text, by: random.pick(['release', 'descent', 'descent'] as const) });
  const override = () => (random.is(0.5) ? { override: ['soak', 'freeze', 'healthy'] } : {});
  const environments = [
    { name: 'dev' },
    {
      name: 'staging',
      from: 'dev',
      soak: soak(random.pick(['0s', '30m', '2h'])),
      healthy: random.is(0.3),
      ...override(),
    },
    {
      name: 'production',
      from: 'staging',
      soak: soak(random.pick(['30m', '4h', '24h'])),
      healthy: random.is(0.5),
      ...override(),
    },
  ];
  const weekend = { from: 'Fri 14:00', to: 'Mon 10:00', zone: 'Europe/Berlin' };
  const afternoon = { from: '2026-11-04T12:00:00Z', to: '2026-11-05T09:30:00Z' };
  const when = random.is(0.5) ? { every: weekend } : afternoon;
  const freezes = isFrozen ? [{ environments: ['production'], ...when, reason: 'rest' }] : [];
  return { 'environments/flow.yaml': stringify({ environments, freezes }) };
}
