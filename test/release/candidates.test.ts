import { expect, test } from '@jest/globals';
import { chooseCandidate, listCandidates } from '../../scripts/release/candidates.ts';
import type { Environment } from '../../scripts/release/flow.ts';
import { parseDigest, parseRevision, parseTag } from '../../scripts/release/image.ts';
import type { Image } from '../../scripts/release/image.ts';
import type { Run } from '../../scripts/release/ledger.ts';
import { change, relate } from '../support/git/changes.ts';
import { digestOf } from '../support/git/runs.ts';

/** When a release came to the source, and when it was found healthy there. */
type Arrival = readonly [release: string, since: string, healthy?: string];

const soaks = {
  'by release': { for: 30 * 60_000, by: 'release' },
  'by descent': { for: 30 * 60_000, by: 'descent' },
} as const;

/** Merges come faster than they soak, until the last one stays. */
const busy: Arrival[] = [
  ['1', '10:00'],
  ['2', '10:20'],
  ['3', '10:40'],
  ['4', '11:00'],
];
/** The fourth was bad, and the second came back. */
const back: Arrival[] = [...busy, ['2', '11:10']];

test.each<[string, keyof typeof soaks, { runs: Arrival[]; running?: string; now: string; healthy?: true }, string[]]>([
  [
    'what left too early never is',
    'by release',
    { runs: busy, now: '11:10' },
    ['4 11:30', '3 never', '2 never', '1 never'],
  ],
  ['each is in its turn', 'by descent', { runs: busy, now: '11:10' }, ['4 11:30', '3 11:10', '2 10:50', '1 10:30']],
  ['what runs in the target is none', 'by descent', { runs: busy, running: '2', now: '11:10' }, ['4 11:30', '3 11:10']],
  ['what was taken back is none', 'by descent', { runs: back, now: '11:10' }, ['2 10:50', '1 10:30']],
  ['what returns counts anew', 'by release', { runs: back, now: '11:10' }, ['2 11:40', '1 never']],
  [
    'what is delivered again counts anew, and what it follows goes on',
    'by descent',
    { runs: [...back, ['4', '11:20']], now: '11:20' },
    ['4 11:50', '2 10:50', '1 10:30'],
  ],
  [
    'a soak counts from the verdict, which must be known',
    'by descent',
    {
      runs: [
        ['1', '10:00', '10:02'],
        ['2', '10:20'],
        ['3', '10:40', '10:41'],
        ['4', '11:00', '11:11'],
      ],
      now: '11:10',
      healthy: true,
    },
    ['4 unproven', '3 11:11', '2 unproven', '1 10:32'],
  ],
  [
    'a soak by release counts from the verdict to the end',
    'by release',
    {
      runs: [
        ['1', '10:00', '10:01'],
        ['2', '10:30', '10:31'],
        ['3', '11:01'],
      ],
      now: '11:10',
      healthy: true,
    },
    ['3 unproven', '2 11:01', '1 never'],
  ],
  [
    'the first healthy verdict counts, of whichever run',
    'by descent',
    {
      runs: [
        ['1', '10:00', '10:05'],
        ['2', '10:10'],
        ['1', '10:20', '10:25'],
      ],
      now: '11:00',
      healthy: true,
    },
    ['1 10:35'],
  ],
])('%s, %s', (_, soak, { runs, running, now, healthy = false }, expected) => {
  const environment = { ...staging, soak: soaks[soak], healthy };
  const found = listCandidates(
    runsOf(runs),
    { environment, image: running === undefined ? undefined : image(running) },
    { now: at(now), relate },
  );
  expect(
    found.map(({ image, isHealthy, ripe }) => {
      const when = ripe ? ripe.toISOString().slice(11, 16) : isHealthy ? 'never' : 'unproven';
      return `${image.tag[0] ?? ''} ${when}`;
    }),
  ).toEqual(expected);
});

test('the newest ripe one is taken, else the one that is ripe first, else the newest', () => {
  const take = (runs: Arrival[], soak: keyof typeof soaks, now: string, healthy = false) => {
    const standing = { environment: { ...staging, soak: soaks[soak], healthy }, image: undefined };
    const found = listCandidates(runsOf(runs), standing, { now: at(now), relate });
    return chooseCandidate(found, at(now))?.image.tag[0];
  };
  expect(take(busy, 'by descent', '11:10')).toBe('3');
  expect(take(busy, 'by release', '11:29')).toBe('4');
  expect(take(busy.slice(1), 'by descent', '10:45')).toBe('2');
  expect(take(busy, 'by descent', '12:00', true)).toBe('4');
  expect(take([], 'by descent', '12:00')).toBeUndefined();
});

test('an environment that was emptied gives nothing, and neither does what ran before something unknown', () => {
  const [last, ...before] = runsOf(busy).reverse();
  if (!last) throw new Error('there are runs');
  const moment = { now: at('12:00'), relate };
  const standing = { environment: { ...staging, soak: soaks['by descent'] }, image: undefined };
  expect(listCandidates([...before.reverse(), { ...last, until: at('11:30') }], standing, moment)).toEqual([]);
  const apart = (to: Image, from: Image | undefined) =>
    from && [to, from].some(({ tag }) => tag.startsWith('3')) && to.tag !== from.tag ? 'unrelated' : relate(to, from);
  const found = listCandidates(runsOf(busy), standing, { ...moment, relate: apart });
  expect(found.map(({ image }) => image.tag[0])).toEqual(['4']);
});

test('of a release that was built again, the last image is the one', () => {
  const [first, second] = runsOf([
    ['1', '10:00'],
    ['1', '10:10'],
  ]);
  if (!first || !second) throw new Error('there are two');
  const rebuilt = { ...second.image, digest: parseDigest(digestOf('9'), 'digest') };
  const runs = [first, { ...second, image: rebuilt }];
  const environment = { ...staging, soak: soaks['by descent'] };
  for (const running of [undefined, first.image]) {
    const found = listCandidates(runs, { environment, image: running }, { now: at('12:00'), relate });
    expect(found.map(({ image }) => image)).toEqual([rebuilt]);
  }
});

const staging: Environment = {
  name: 'staging',
  from: 'dev',
  soak: { for: 0, by: 'release' },
  healthy: false,
  auto: false,
  via: 'push',
  override: [],
};

function runsOf(arrivals: readonly Arrival[]): Run[] {
  return arrivals.map(([release, since, healthy], index) => {
    const next = arrivals[index + 1]?.[1];
    const { commit } = change(since, {});
    const version = {
      commit,
      since: at(since),
      image: image(release),
      kind: 'deploy',
      by: 'Ada',
      pipeline: undefined,
      override: [],
      reason: undefined,
      verdicts: [],
    } as const;
    return {
      image: image(release),
      version,
      since: at(since),
      until: next === undefined ? undefined : at(next),
      healthy: healthy === undefined ? undefined : at(healthy),
      failed: undefined,
    };
  });
}

function image(release: string): Image {
  const tag = release.repeat(7);
  return {
    tag: parseTag(tag, 'tag'),
    digest: parseDigest(digestOf(tag), 'digest'),
    revision: parseRevision(tag.padEnd(40, '0'), 'revision'),
  };
}

function at(time: string): Date {
  return new Date(`2026-09-22T${time}:00Z`);
}
