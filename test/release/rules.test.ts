import { expect, test } from '@jest/globals';
import { judgeDeploy, judgePromotion, judgeRollback } from '../../scripts/release/rules.ts';
import type { PromotionFacts } from '../../scripts/release/rules.ts';
import { parseDigest, parseTag } from '../../scripts/release/image.ts';
import { catchFailure } from '../support/command/catch-failure.ts';
import { digestOf } from '../support/git/runs.ts';

const hold = { reason: 'look into it', by: 'ada', since: new Date('2026-09-21T10:00:00Z') };
const freeze = {
  environments: ['staging'],
  from: new Date('2026-10-01T00:00:00Z'),
  to: new Date('2026-10-02T00:00:00Z'),
  reason: 'stock-taking',
};
const [from, to] = [image('1111111'), image('2222222')];
const open: PromotionFacts = {
  environment: { name: 'staging', from: 'dev', soak: 60_000, via: 'push' },
  from,
  to,
  relation: 'newer',
  hold: undefined,
  freeze: undefined,
  source: { name: 'dev', hold: undefined, since: new Date('2026-09-22T10:00:00Z'), until: undefined },
  now: new Date('2026-09-22T10:01:00Z'),
};

test.each<[string, Partial<PromotionFacts>, string]>([
  ['a newer release', {}, 'changed'],
  ['a first release', { from: undefined, relation: undefined }, 'changed'],
  ['the release that runs, rebuilt', { from: { ...to, digest: from.digest }, relation: 'same' }, 'changed'],
  ['the release that runs', { from: to, relation: 'same' }, 'unchanged'],
  ['an older release', { relation: 'older' }, 'superseded'],
  ['the release that runs, whatever holds', { from: to, relation: 'same', hold, freeze }, 'unchanged'],
  ['an older release, whatever holds', { relation: 'older', hold, freeze }, 'superseded'],
])('%s is decided in the same way by deploy and promotion', (_, facts, verdict) => {
  expect(judgeDeploy({ ...open, ...facts })).toBe(verdict);
  expect(judgePromotion({ ...open, ...facts })).toBe(verdict);
});

test.each<[string, Partial<PromotionFacts>, string]>([
  ['no relation comes before a hold', { relation: 'unrelated', hold }, 'unrelated'],
  ['a hold comes before a freeze', { hold, freeze }, 'held'],
  ['a freeze', { freeze }, 'frozen'],
])('%s', (_, facts, code) => {
  expect(catchFailure(() => judgeDeploy({ ...open, ...facts })).code).toBe(code);
  expect(catchFailure(() => judgePromotion({ ...open, ...facts })).code).toBe(code);
});

test('a soak is over at its last second, and not before', () => {
  const early = { ...open, now: new Date('2026-09-22T10:00:59Z') };
  expect(catchFailure(() => judgePromotion(early)).message).toBe(
    'staging takes what has run in dev for 1m; 2222222 will have at 2026-09-22T10:01:00.000Z.',
  );
  expect(judgePromotion(open)).toBe('changed');
});

test('a release that left its source too early has not soaked, however long ago', () => {
  const source = { ...open.source, until: new Date('2026-09-22T10:00:30Z') };
  const late = { ...open, source, now: new Date('2027-01-01T00:00:00Z') };
  expect(catchFailure(() => judgePromotion(late)).code).toBe('not-soaked');
});

test('without a soak, a clock that is ahead delays nobody', () => {
  const environment = { ...open.environment, soak: 0 };
  expect(judgePromotion({ ...open, environment, now: new Date('2026-09-22T09:00:00Z') })).toBe('changed');
});

test('a hold of the source is told before the soak', () => {
  const source = { ...open.source, hold };
  expect(catchFailure(() => judgePromotion({ ...open, source, now: source.since })).code).toBe('source-held');
});

test('a rollback goes to what ran, image for image, unless it is held; no freeze keeps it', () => {
  expect(judgeRollback({ ...open, freeze }, [to])).toBe('changed');
  expect(judgeRollback({ ...open, from: to, hold }, [to])).toBe('unchanged');
  expect(catchFailure(() => judgeRollback({ ...open, hold }, [to])).code).toBe('held');
  const rebuilt = { ...to, digest: from.digest };
  expect(catchFailure(() => judgeRollback(open, [from, rebuilt])).code).toBe('never-ran');
});

function image(tag: string) {
  return { tag: parseTag(tag, 'tag'), digest: parseDigest(digestOf(tag), 'digest') };
}
