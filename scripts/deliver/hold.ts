import { deliver } from './deliver.ts';
import type { DeliveryPlace, DeliveryResult } from './deliver.ts';

/** Makes every delivery to an environment refuse, until it is resumed. */
export async function hold(
  place: DeliveryPlace,
  environment: string,
  reason: string,
): Promise<DeliveryResult> {
  return deliver(place, {
    kind: 'hold',
    environment,
    decide: ({ state: { image: to, holdFile } }) =>
      Promise.resolve(
        holdFile ? { outcome: 'unchanged', to } : { outcome: 'changed', step: { kind: 'hold', reason } },
      ),
  });
}

/** Lets deliveries into a held environment again. */
export async function resume(place: DeliveryPlace, environment: string): Promise<DeliveryResult> {
  return deliver(place, {
    kind: 'resume',
    environment,
    // A hold that nobody can read is removed too.
    decide: ({ state: { image: to, holdFile } }) =>
      Promise.resolve(
        holdFile ? { outcome: 'changed', step: { kind: 'resume' } } : { outcome: 'unchanged', to },
      ),
  });
}
