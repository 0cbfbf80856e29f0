import { expect, test } from '@jest/globals';
import { parseFlow } from '../../scripts/release/flow.ts';
import { findLoosenings } from '../../scripts/release/rule-changes.ts';

const now = new Date('2026-11-25T12:00:00Z');
const weekend = 'every: { from: Fri 16:00, to: Mon 08:00, zone: Europe/Berlin }';

test.each([
  ['soak: 24h', 'soak: { for: 24h, by: release }', undefined],
  ['soak: 24h', 'soak: { for: 25h, by: descent }', 'soaks by descent instead of by release'],
  ['soak: { for: 24h, by: descent }', 'soak: 24h', undefined],
  ['soak: { for: 24h, by: descent }', 'soak: 23h', 'soaks for 23h instead of 1d'],
  ['soak: 0s', 'soak: { for: 1m, by: descent }', undefined],
  ['healthy: true', 'healthy: false', 'takes a release without a verdict of healthy'],
  ['healthy: false', 'healthy: true', undefined],
  ['auto: false', 'auto: true', undefined],
  ['override: [soak]', 'override: [healthy, soak, freeze]', 'lets healthy and freeze be overridden'],
  ['override: [soak, freeze]', 'override: [freeze]', undefined],
])('a flow with %s that becomes %s', (before, after, what) => {
  expect(loosen(flow(before), flow(after))).toEqual(what === undefined ? [] : [what]);
});

const lost = 'is no longer frozen for all of Fri 16:00 to Mon 08:00 in Europe/Berlin: rest';

test.each([
  ['the same', [weekend], undefined],
  ['none', [], lost],
  ['a shorter one', [weekend.replace('16:00', '16:01')], lost],
  ['a longer one', [weekend.replace('Mon 08:00', 'Mon 09:00')], undefined],
  ['another zone, the same until the clocks change', [weekend.replace('Europe/Berlin', 'Africa/Lagos')], lost],
  ['one in two that meet', [weekend.replace('Mon', 'Sun'), weekend.replace('Fri 16', 'Sun 08')], undefined],
  ['one in two that do not', [weekend.replace('Mon', 'Sun'), weekend.replace('Fri 16', 'Sun 09')], lost],
  ['one for all time', ['from: 2026-01-01T00:00:00Z\n    to: 2999-01-01T00:00:00Z'], undefined],
])('a weekly freeze that becomes %s', (_, after, what) => {
  const [old, young] = [[weekend], after].map((freezes) => flow('soak: 0s', freezes));
  expect(loosen(old, young)).toEqual(what === undefined ? [] : [what]);
});

function loosen(before = flow(''), after = flow('')) {
  return findLoosenings(before, after, now).map(({ what }) => what);
}

function flow(rule: string, freezes: readonly string[] = []) {
  const items = freezes.map((freeze) => `  - environments: [staging]\n    reason: rest\n    ${freeze}\n`);
  const text = `environments:
  - name: dev
  - name: staging
    from: dev
    ${rule}
${items.length > 0 ? 'freezes:' : ''}
${items.join('')}`;
  return parseFlow({ path: 'environments/flow.yaml', bytes: Buffer.from(text) });
}
