import { expect, test } from '@jest/globals';
import { checkBatch } from '../support/model/batch.ts';

test('in histories of all kinds what must not come does not, what may come does, and the audit says the same', () => {
  const { broken, kept } = checkBatch({ from: 0, below: 25 });
  expect(broken).toBeUndefined();
  expect(Math.min(kept.promotions, kept.arrivals, kept.breaches)).toBeGreaterThan(0);
});
