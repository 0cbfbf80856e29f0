import { expect, test } from '@jest/globals';
import { checkBatch } from '../support/model/batch.ts';

test('in histories of all kinds what must not come does not, what may come does, and the audit says the same', () => {
  const { broken, kept } = checkBatch({ from: 0, below: 25 });
  expect(broken).toBeUndefined();
  expect(Math.min(kept.promotions, kept.arrivals, kept.breaches)).toBeGreaterThan(0);
});

test.each([
  ['an override that a verdict after its release has left does not help', 8249],
  ['an override that counts, by a clock that was ahead, when nothing is broken any more', 44519],
])('so is a history with %s', (_, seed) => {
  expect(checkBatch({ from: seed, below: seed + 1 }).broken).toBeUndefined();
});
