import { parentPort, workerData } from 'node:worker_threads';
import { playHistory } from './history.ts';
import { checkPromises } from './promises.ts';
import type { Kept } from './promises.ts';

/** The histories of some seeds. */
export interface Batch {
  from: number;
  below: number;
}

/** What they came to: the first that broke a promise, and how much of them was there to break one. */
export interface Checked {
  broken: { seed: number; broken: string[] } | undefined;
  kept: Kept;
}

/** Plays histories, and checks what they promise. */
export function checkBatch({ from, below }: Batch): Checked {
  const kept: Kept = { promotions: 0, arrivals: 0, breaches: 0, overridden: 0 };
  for (let seed = from; seed < below; seed += 1) {
    const checked = checkPromises(playHistory(seed));
    if (checked.broken.length > 0) return { broken: { seed, broken: checked.broken }, kept };
    for (const key of Object.keys(kept) as (keyof Kept)[]) kept[key] += checked.kept[key];
  }
  return { broken: undefined, kept };
}

// In a thread of its own, it is told which.
parentPort?.postMessage(checkBatch(workerData as Batch));
