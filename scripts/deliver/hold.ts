import { deliver } from './deliver.ts';
import type { DeliveryResult } from './deliver.ts';
import type { World } from '../branch/place.ts';

/** Makes every delivery to an environment refuse, until it is resumed. */
export async function hold(world: World, environment: string, reason: string): Promise<DeliveryResult> {
  return deliver(world, {
    kind: 'hold',
    environment,
    decide: ({ state: { image: to, holdFile } }) =>
      Promise.resolve(
        holdFile ? { outcome: 'unchanged', to } : { outcome: 'changed', to, reason, hold: 'made' },
      ),
  });
}

/** Lets deliveries into a held environment again. */
export async function resume(world: World, environment: string): Promise<DeliveryResult> {
  return deliver(world, {
    kind: 'resume',
    environment,
    // A hold that nobody can read is removed too.
    decide: ({ state: { image: to, holdFile } }) =>
      Promise.resolve(holdFile ? { outcome: 'changed', to, hold: 'removed' } : { outcome: 'unchanged', to }),
  });
}
