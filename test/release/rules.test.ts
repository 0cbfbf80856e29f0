import { expect, test } from '@jest/globals';
import { judgeDeploy, judgeOverridden, judgePromotion, judgeRollback } from '../../scripts/release/rules.ts';
import type { Coming, Source, Standing } from '../../scripts/release/rules.ts';
import { parseDigest, parseRevision, parseTag } from '../../scripts/release/image.ts';
import type { Image } from '../../scripts/release/image.ts';
import type { Run } from '../../scripts/release/ledger.ts';
import type { Version } from '../../scripts/release/version.ts';
import { catchFailure } from '../support/command/catch-failure.ts';
import { relate } from '../support/git/changes.ts';
import { digestOf } from '../support/git/runs.ts';

const hold = { reason: 'look into it', by: 'ada', since: new Date('2026-09-21T10:00:00Z') };
const freeze = {
  environments: ['staging'],
  from: new Date('2026-10-01T00:00:00Z'),
  to: new Date('2026-10-02T00:00:00Z'),
  reason: 'stock-taking',
};
const [from, to] = [image('1111111'), image('2222222')];
const now = new Date('2026-09-22T10:01:00Z');
const at = (now: Date) => ({ now, relate });
const first: Standing = {
  environment: {
    name: 'dev',
    soak: { for: 0, by: 'release' },
    healthy: false,
    auto: false,
    via: 'push',
    override: [],
  },
  image: from,
  hold: undefined,
  freeze: undefined,
};
const open: Standing = {
  ...first,
  environment: { ...first.environment, name: 'staging', from: 'dev', soak: { for: 60_000, by: 'release' } },
};
const newer: Coming = { to, relation: 'newer' };
const source: Source = { name: 'dev', hold: undefined, runs: [run(to)] };

test.each<[string, Partial<Standing>, Partial<Coming>, string]>([
  ['a newer release', {}, {}, 'changed'],
  ['a first release', { image: undefined }, { relation: undefined }, 'changed'],
  ['the release that runs, rebuilt', { image: { ...to, digest: from.digest } }, { relation: 'same' }, 'changed'],
  ['the release that runs', { image: to }, { relation: 'same' }, 'unchanged'],
  [
    'the release that runs, of which the values do not say the revision',
    { image: { ...to, revision: '' } },
    {},
    'changed',
  ],
  ['an older release', {}, { relation: 'older' }, 'superseded'],
  ['the release that runs, whatever holds', { image: to, hold, freeze }, { relation: 'same' }, 'unchanged'],
  ['an older release, whatever holds', { hold, freeze }, { relation: 'older' }, 'superseded'],
])('%s is decided in the same way by deploy and promotion', (_, standing, coming, ruling) => {
  expect(judgeDeploy({ ...first, ...standing }, { ...newer, ...coming })).toBe(ruling);
  expect(judgePromotion({ ...open, ...standing }, { ...newer, ...coming }, source, at(now))).toBe(ruling);
});

test.each<[string, Partial<Standing>, Partial<Coming>, string]>([
  ['no relation comes before a hold', { hold }, { relation: 'unrelated' }, 'unrelated'],
  ['a hold comes before a freeze', { hold, freeze }, {}, 'held'],
  ['a freeze', { freeze }, {}, 'frozen'],
])('%s', (_, standing, coming, code) => {
  const failures = [
    catchFailure(() => judgeDeploy({ ...first, ...standing }, { ...newer, ...coming })),
    catchFailure(() => judgePromotion({ ...open, ...standing }, { ...newer, ...coming }, source, at(now))),
  ];
  expect(failures.map((failure) => failure.code)).toEqual([code, code]);
});

test('a release comes to an environment from the one before it alone', () => {
  expect(catchFailure(() => judgeDeploy(open, newer)).code).toBe('out-of-order');
  const never = { ...source, runs: [run(from)] };
  expect(catchFailure(() => judgePromotion(open, newer, never, at(now))).code).toBe('out-of-order');
  const emptied = { ...source, runs: [run(to, new Date('2026-09-22T11:00:00Z'))] };
  expect(catchFailure(() => judgePromotion(open, newer, emptied, at(now))).code).toBe('taken-back');
});

test('a soak is over at its last second, and not before', () => {
  const early = new Date('2026-09-22T10:00:59Z');
  expect(catchFailure(() => judgePromotion(open, newer, source, at(early))).message).toBe(
    'staging takes a release that has run in dev for 1m: 2222222 not before 2026-09-22T10:01:00.000Z.',
  );
  expect(judgePromotion(open, newer, source, at(now))).toBe('changed');
});

test('a release that left its source too early will never have soaked there, however late it is', () => {
  const left = { ...source, runs: [run(to, new Date('2026-09-22T10:00:30Z')), run(image('3333333'))] };
  const failure = catchFailure(() => judgePromotion(open, newer, left, at(new Date('2027-01-01T00:00:00Z'))));
  expect([failure.code, failure.message, failure.hint]).toEqual([
    'not-soaked',
    'staging takes a release that has run in dev for 1m, and 2222222 left it before that.',
    'Promote another release: npm run status -- --candidates staging lists what may come.',
  ]);
});

test('without a verdict of healthy, where the flow asks for one, nothing comes', () => {
  const environment = { ...open.environment, healthy: true };
  const failure = catchFailure(() => judgePromotion({ ...open, environment }, newer, source, at(now)));
  expect([failure.code, failure.message, failure.hint]).toEqual([
    'no-verdict',
    'staging takes a release that was found healthy in dev, and 2222222 has no such verdict.',
    'npm run wait -- dev keeps the verdict on what runs there.',
  ]);
});

test('without a soak, a clock that is ahead delays nobody', () => {
  const environment = { ...open.environment, soak: first.environment.soak };
  const behind = new Date('2026-09-22T09:00:00Z');
  expect(judgePromotion({ ...open, environment }, newer, source, at(behind))).toBe('changed');
});

test('a hold of the source is told before the soak', () => {
  const began = new Date('2026-09-22T10:00:00Z');
  const failure = catchFailure(() => judgePromotion(open, newer, { ...source, hold }, at(began)));
  expect(failure.code).toBe('source-held');
});

test('a rollback goes to what ran, image for image, unless it is held; no freeze keeps it', () => {
  const frozen: Standing = { ...open, freeze };
  expect(judgeRollback(frozen, to, [run(to)])).toBe('changed');
  expect(judgeRollback({ ...open, image: to, hold }, to, [run(to)])).toBe('unchanged');
  expect(catchFailure(() => judgeRollback({ ...open, hold }, to, [run(to)])).code).toBe('held');
  const rebuilt = { ...to, digest: from.digest };
  expect(catchFailure(() => judgeRollback(open, to, [run(from), run(rebuilt)])).code).toBe('never-ran');
});

test('what is still refused without the rule that was overridden is refused, after one more look', () => {
  const left = new Date('2026-09-22T10:05:00Z');
  const late = { ...run(to, left), healthy: new Date('2026-09-22T10:06:00Z') };
  const runs = [late, { ...run(image('3333333')), since: left }];
  const environment: Standing['environment'] = { ...open.environment, healthy: true, override: ['soak'] };
  const moment = at(new Date('2026-09-22T10:10:00Z'));
  let looks = 0;
  const { ruling, broken } = judgeOverridden({ ...open, environment }, ['soak'], (standing) => {
    looks += 1;
    if (looks > 2) throw new Error('It goes on and on.');
    return judgePromotion(standing, newer, { ...source, runs }, moment);
  });
  expect(ruling).toMatchObject({ code: 'not-soaked' });
  expect(broken).toMatchObject([{ rule: 'soak', failure: { code: 'not-soaked' } }]);
});

function image(tag: string): Image {
  return {
    tag: parseTag(tag, 'tag'),
    digest: parseDigest(digestOf(tag), 'digest'),
    revision: parseRevision(tag.padEnd(40, '0'), 'revision'),
  };
}

/** A run of an image, from ten o'clock on. */
function run(image: Image, until?: Date): Run {
  const since = new Date('2026-09-22T10:00:00Z');
  const commit = {
    sha: image.tag,
    author: 'Ada',
    time: since,
    message: 'Edit',
    committer: 'Ada',
    merged: undefined,
    doubt: undefined,
    seen: since,
  };
  const version: Version = {
    commit,
    since,
    image,
    kind: 'edit',
    by: 'Ada',
    pipeline: undefined,
    override: [],
    reason: undefined,
    verdicts: [],
  };
  return { image, version, since, until, healthy: undefined, failed: undefined };
}
