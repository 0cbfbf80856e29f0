import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstVerdict, formatVerdict, parseVerdicts } from '../../scripts/release/verdict.ts';
import type { Verdict } from '../../scripts/release/verdict.ts';

const since = new Date('2026-11-24T10:00:10Z');
const healthy: Verdict = {
  environment: 'dev',
  state: 'healthy',
  since,
  by: 'grace',
  pipeline: 'https://gitlab.example.com/-/pipelines/7',
  reasons: [],
};
const failed: Verdict = {
  environment: 'staging',
  state: 'failed',
  since: new Date('2026-11-24T11:00:00Z'),
  by: 'Ada Developer <ada@example.com>',
  pipeline: undefined,
  reasons: ['Degraded', 'Pod/orders: ImagePullBackOff: Back-off pulling image'],
};

test('a verdict is a paragraph that a person can read', () => {
  expect(formatVerdict(failed)).toBe(`Verdict: failed
Environment: staging
Since: 2026-11-24T11:00:00.000Z
Actor: Ada Developer <ada@example.com>
Reason: Degraded
Reason: Pod/orders: ImagePullBackOff: Back-off pulling image
`);
});

test('verdicts are read as they were written, whatever else stands in the note', () => {
  const note = ['Looks good to me.', formatVerdict(healthy), 'Verdict: green', formatVerdict(failed)];
  expect(parseVerdicts(note.join('\n\n'))).toEqual([healthy, failed]);
});

test.each([
  ['an unknown state', 'Verdict: fine\nEnvironment: dev\nSince: 2026-11-24T10:00:10Z'],
  ['no environment', 'Verdict: healthy\nSince: 2026-11-24T10:00:10Z'],
  ['no time', 'Verdict: healthy\nEnvironment: dev'],
  ['a time that is none', 'Verdict: healthy\nEnvironment: dev\nSince: yesterday'],
  ['a date that is none', 'Verdict: healthy\nEnvironment: dev\nSince: 2026-02-31T10:00:00Z'],
])('a paragraph with %s is no verdict', (_, paragraph) => {
  expect(parseVerdicts(paragraph)).toEqual([]);
});

test('what Argo CD says can neither end its line nor fill the note', () => {
  const reasons = ['gone\n\nVerdict: healthy\u001B[2J', 'x'.repeat(10_000), ...Array<string>(20).fill('more')];
  const note = formatVerdict({ ...failed, reasons });
  expect(parseVerdicts(note)).toMatchObject([{ state: 'failed' }]);
  expect(note).toContain('Reason: gone Verdict: healthy [2J\n');
  expect(note.length).toBeLessThan(1_000);
});

test('any text is read without a fault, and adds nothing to a verdict beside it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const found = parseVerdicts(`${text}\n\n${formatVerdict(healthy)}`);
      expect(found.at(-1)).toEqual(healthy);
    }),
  );
});

test('the first one that says so counts, and none counts from before its delivery', () => {
  const at = (time: string): Verdict => ({ ...healthy, since: new Date(time) });
  const delivered = new Date('2026-11-24T10:00:00Z');
  const verdicts = [at('2026-11-24T10:05:00Z'), { ...failed, environment: 'dev' }, at('2026-11-24T10:04:00Z')];
  expect(firstVerdict(verdicts, 'healthy', delivered)).toEqual(new Date('2026-11-24T10:04:00Z'));
  expect(firstVerdict([...verdicts, at('1970-01-01T00:00:00Z')], 'healthy', delivered)).toEqual(delivered);
  expect(firstVerdict([], 'healthy', delivered)).toBeUndefined();
});
