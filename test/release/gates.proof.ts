import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { insertGatesTable, readme } from '../bench/gates.ts';
import type { Batch, Checked } from '../support/model/batch.ts';

/** How many, where fewer are enough for now. */
const histories = Number(process.env.HISTORIES ?? 100_000);
const batch = 1_000;

test(`in ${histories} histories what must not come does not, what may come does, and the audit says the same`, async () => {
  const sum = { promotions: 0, arrivals: 0, breaches: 0, overridden: 0 };
  let from = 0;
  const work = async () => {
    while (from < histories) {
      const { broken, kept } = await check({ from, below: (from += batch) });
      expect(broken).toBeUndefined();
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += kept[key];
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  // Of each kind there was enough to break a promise.
  expect(sum.promotions).toBeGreaterThan(10 * histories);
  expect(Math.min(...Object.values(sum))).toBeGreaterThan(histories / 50);
}, 3_600_000);

test('the table in the README is what the rules come to', async () => {
  const text = await readFile(readme, 'utf8');
  expect(text).toBe(await insertGatesTable(text, readme));
}, 120_000);

/** Checks a batch in a thread of its own, where Node runs the same files. */
async function check(workerData: Batch): Promise<Checked> {
  const worker = new Worker(new URL('../support/model/batch.ts', import.meta.url), { workerData });
  return new Promise<Checked>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
