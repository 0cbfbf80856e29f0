import { expect, test } from '@jest/globals';
import { auditHistory } from '../../scripts/release/audit.ts';
import { change, relate } from '../support/git/changes.ts';
import { flow } from '../support/git/flow.ts';
import { runningValues } from '../support/git/origin.ts';
import type { Files } from '../support/git/origin.ts';
import { digestOf, holds, runs } from '../support/git/runs.ts';

const rules = flow({ staging: { soak: '30m' } });
const [older, newer] = ['1111111a', '2222222b'];

test('a commit that loosens the rules is judged by those before it, and the next one by its own', () => {
  expect(
    audit([
      ['10:00', rules],
      ['10:01', runs({ dev: older })],
      ['10:02', { ...flow(), ...runs({ staging: older }) }],
      ['10:03', runs({ dev: newer })],
      ['10:04', runs({ staging: newer })],
    ]),
  ).toEqual(['10:02 staging not-soaked']);
});

test.each([
  ['broken', 'environments: [', 'invalid-file'],
  ['removed', undefined, 'invalid-flow'],
])('while the rules are %s, which is a breach itself, those before it stand', (_, content, rule) => {
  expect(
    audit([
      ['10:00', rules],
      ['10:01', { 'environments/flow.yaml': content }],
      ['10:02', runs({ dev: older })],
      ['10:03', runs({ staging: older })],
      ['10:04', rules],
    ]),
  ).toEqual([`10:01 * ${rule}`, '10:03 staging not-soaked']);
});

test('what comes to two environments by one commit has passed the first one by', () => {
  expect(
    audit([
      ['10:00', flow()],
      ['10:01', runs({ dev: older, staging: older })],
    ]),
  ).toEqual(['10:01 staging out-of-order']);
});

test.each([
  ['what soaked there before it was followed has soaked', '10:30', '12:02', []],
  ['what left before it had soaked soaks anew', '10:29', '12:29', ['12:29 staging not-soaked']],
  ['what left before it had soaked, and soaked anew, has soaked', '10:29', '12:30', []],
])('of a release that returns to its source, %s', (_, left, promoted, breaches) => {
  expect(
    audit([
      ['10:00', rules],
      ['10:00', runs({ dev: older })],
      [left, runs({ dev: newer })],
      ['12:00', { ...runs({ dev: older }), ...holds('dev') }, `rollback(dev): ${older}`],
      ['12:01', { 'environments/dev/hold.yaml': undefined }, 'resume(dev)'],
      [promoted, runs({ staging: older })],
    ]),
  ).toEqual(breaches);
});

test('what the source went back from comes to nobody until it is delivered there again', () => {
  const back = [
    ['10:00', flow({ staging: { via: 'merge-request' } })],
    ['10:01', runs({ dev: older })],
    ['11:00', runs({ dev: newer })],
    ['12:00', { ...runs({ dev: older }), ...holds('dev') }, `rollback(dev): ${older}`],
    ['12:01', { 'environments/dev/hold.yaml': undefined }, 'resume(dev)'],
  ] as const;
  expect(audit([...back, ['12:02', runs({ staging: newer })]])).toEqual(['12:02 staging taken-back']);
  const again = ['12:02', runs({ dev: newer })] as const;
  expect(audit([...back, again, ['12:03', runs({ staging: newer })]])).toEqual([]);
});

test('commits count in their order, whatever their clocks say', () => {
  expect(
    audit([
      ['10:00', flow()],
      ['12:00', runs({ dev: older })],
      ['11:59', runs({ staging: older })],
      ['11:00', runs({ dev: newer })],
      ['10:30', runs({ staging: newer })],
    ]),
  ).toEqual([]);
});

test('an environment that was emptied by hand takes no older release, and gives none', () => {
  expect(
    audit([
      ['10:00', flow()],
      ['10:01', runs({ dev: newer })],
      ['10:02', { 'environments/dev/values.yaml': runningValues('dev', '', '') }],
      ['10:03', runs({ staging: newer })],
      ['10:04', runs({ dev: older })],
    ]),
  ).toEqual(['10:03 staging taken-back', '10:04 dev backwards']);
});

test("a release's image is not another one's when its tag is written out, or its digest left out", () => {
  const values = (tag: string, digest: string) => ({
    'environments/dev/values.yaml': runningValues('dev', tag, digest),
  });
  expect(
    audit([
      ['10:00', flow()],
      ['10:01', runs({ dev: older })],
      ['10:02', values(`${older}cafe`, digestOf(older))],
      ['10:03', values(older, '')],
      ['10:04', values(newer, '')],
    ]),
  ).toEqual([]);
});

type Step = readonly [time: string, files: Files, message?: string];

/** Plays the steps of a morning, and gives the time, the environment and the rule of each breach. */
function audit(steps: readonly Step[]): string[] {
  const changes = steps.map(([time, files, message]) => change(time, files, message ? { message } : {}));
  const breaches = auditHistory({ changes }, relate).filter(({ severity }) => severity === 'breach');
  return breaches.map(({ commit, environment, rule }) => `${commit.sha} ${environment} ${rule}`);
}
