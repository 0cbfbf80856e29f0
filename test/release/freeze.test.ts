import { expect, test } from '@jest/globals';
import { findFreeze, parseFlow } from '../../scripts/release/flow.ts';

const weekend = '{ from: Fri 16:00, to: Mon 08:00, zone: Europe/Berlin }';

test.each([
  ['a weekend in winter', weekend, '2026-11-27T15:00:00Z', '2026-11-30T07:00:00Z'],
  ['a weekend in summer', weekend, '2026-07-03T14:00:00Z', '2026-07-06T06:00:00Z'],
  ['the weekend on which clocks are put back', weekend, '2026-10-23T14:00:00Z', '2026-10-26T07:00:00Z'],
  ['the weekend on which clocks are put forward', weekend, '2027-03-26T15:00:00Z', '2027-03-29T06:00:00Z'],
  ['a weekend over the turn of the year', weekend, '2027-12-31T15:00:00Z', '2028-01-03T07:00:00Z'],
  [
    'hours of one day',
    '{ from: Wed 09:00, to: Wed 17:30, zone: America/New_York }',
    '2026-11-25T14:00:00Z',
    '2026-11-25T22:30:00Z',
  ],
  [
    'all of a week but some hours of one day',
    '{ from: Wed 17:30, to: Wed 09:00, zone: UTC }',
    '2026-11-25T17:30:00Z',
    '2026-12-02T09:00:00Z',
  ],
  [
    'a night that ends in the hour that comes twice',
    '{ from: Sat 22:00, to: Sun 02:30, zone: Europe/Berlin }',
    '2026-10-24T20:00:00Z',
    '2026-10-25T01:30:00Z',
  ],
  [
    'a time that begins in the hour that comes twice',
    '{ from: Sun 02:30, to: Sun 06:00, zone: Europe/Berlin }',
    '2026-10-25T00:30:00Z',
    '2026-10-25T05:00:00Z',
  ],
  [
    'a night that ends in the hour that is left out',
    '{ from: Sat 22:00, to: Sun 02:30, zone: Europe/Berlin }',
    '2027-03-27T21:00:00Z',
    '2027-03-28T01:00:00Z',
  ],
  [
    'a time that begins in the hour that is left out',
    '{ from: Sun 02:30, to: Sun 06:00, zone: Europe/Berlin }',
    '2027-03-28T01:00:00Z',
    '2027-03-28T04:00:00Z',
  ],
  [
    'a time that begins in the hour that is left out, and ends soon after it',
    '{ from: Sun 02:30, to: Sun 03:10, zone: Europe/Berlin }',
    '2027-03-28T01:00:00Z',
    '2027-03-28T01:10:00Z',
  ],
  [
    'a time that begins in the half an hour that comes twice',
    '{ from: Sun 01:40, to: Sun 06:00, zone: Australia/Lord_Howe }',
    '2027-04-03T14:40:00Z',
    '2027-04-03T19:30:00Z',
  ],
  [
    'a time that ends in the half an hour that comes twice',
    '{ from: Sat 18:00, to: Sun 01:40, zone: Australia/Lord_Howe }',
    '2027-04-03T07:00:00Z',
    '2027-04-03T15:10:00Z',
  ],
  [
    'a time that begins in the half an hour that is left out',
    '{ from: Sun 02:10, to: Sun 02:40, zone: Australia/Lord_Howe }',
    '2026-10-03T15:30:00Z',
    '2026-10-03T15:40:00Z',
  ],
  [
    'a time that ends in the half an hour that is left out',
    '{ from: Sat 18:00, to: Sun 02:20, zone: Australia/Lord_Howe }',
    '2026-10-03T07:30:00Z',
    '2026-10-03T15:30:00Z',
  ],
  [
    'a time that begins in the hour before midnight that comes twice',
    '{ from: Sat 23:30, to: Sun 06:00, zone: America/Sao_Paulo }',
    '2018-02-18T01:30:00Z',
    '2018-02-18T09:00:00Z',
  ],
  [
    'a night that ends at a midnight that is left out',
    '{ from: Sat 18:00, to: Sun 00:00, zone: America/Sao_Paulo }',
    '2018-11-03T21:00:00Z',
    '2018-11-04T03:00:00Z',
  ],
  [
    'a week from one minute to the one before it, over the turn of the week',
    '{ from: Sun 12:00, to: Sun 11:59, zone: Europe/Berlin }',
    '2026-10-18T10:00:00Z',
    '2026-10-25T10:59:00Z',
  ],
  [
    'a time that begins at a midnight that is left out',
    '{ from: Sun 00:00, to: Sun 12:00, zone: America/Santiago }',
    '2026-09-06T04:00:00Z',
    '2026-09-06T15:00:00Z',
  ],
])('%s is frozen from its first moment to its last, and the end is told', (_, every, from, to) => {
  const find = (time: number) => {
    const freeze = findFreeze(flow(`every: ${every}`), 'dev', new Date(time));
    return freeze && [freeze.from.toISOString(), freeze.to.toISOString()].map((text) => text.replace('.000', ''));
  };
  const [begins, ends] = [Date.parse(from), Date.parse(to)];
  for (let time = begins; time < ends; time += 600_000) expect(find(time)).toEqual([from, to]);
  expect([find(begins - 1), find(ends - 1), find(ends)]).toEqual([undefined, [from, to], undefined]);
});

test('of freezes that are on at once, the one that ends last is told', () => {
  const both = flow(`every: ${weekend}`, 'from: 2026-11-28T00:00:00Z\n    to: 2026-12-24T00:00:00Z');
  const ends = (time: string) => findFreeze(both, 'dev', new Date(time))?.to.toISOString();
  expect(ends('2026-11-27T23:00:00Z')).toBe('2026-11-30T07:00:00.000Z');
  expect(ends('2026-11-29T12:00:00Z')).toBe('2026-12-24T00:00:00.000Z');
});

function flow(...freezes: string[]) {
  const items = freezes.map((freeze) => `  - environments: [dev]\n    reason: rest\n    ${freeze}\n`);
  const content = `environments:\n  - name: dev\nfreezes:\n${items.join('')}`;
  return parseFlow({ path: 'environments/flow.yaml', bytes: Buffer.from(content) });
}
