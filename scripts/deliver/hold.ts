import { attempt } from '../release/ledger.ts';
import { holdOf, readEnvironments } from '../branch/environments.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { Failure } from '../shell/failure.ts';
import { deliver } from './deliver.ts';
import type { DeliveryPlace, DeliveryResult } from './deliver.ts';

/** Makes every delivery to an environment refuse, until it is resumed. */
export async function hold(
  place: DeliveryPlace,
  environment: string,
  reason: string,
  isOfAll = false,
): Promise<DeliveryResult> {
  return deliver(place, {
    kind: 'hold',
    environment,
    decide: ({ state: { image: to, holdFile } }) =>
      Promise.resolve(
        holdFile
          ? { outcome: 'unchanged', to }
          : { outcome: 'changed', step: { kind: 'hold', reason, isOfAll } },
      ),
  });
}

/** Lets deliveries into a held environment again; of all, only into those that were held as all. */
export async function resume(
  place: DeliveryPlace,
  environment: string,
  isOfAll = false,
): Promise<DeliveryResult> {
  return deliver(place, {
    kind: 'resume',
    environment,
    // A hold that nobody can read is removed too, where it is named.
    decide: ({ state }) =>
      Promise.resolve(
        state.holdFile && (!isOfAll || isHeldAsAll(state))
          ? { outcome: 'changed', step: { kind: 'resume' } }
          : { outcome: 'unchanged', to: state.image },
      ),
  });
}

/** Delivers to one environment after another, as the flow lists them. */
export async function deliverToAll(
  place: DeliveryPlace,
  deliverTo: (environment: string) => Promise<DeliveryResult>,
): Promise<DeliveryResult[]> {
  await using scratch = await openRemote(place);
  const { flow } = await readEnvironments(await readTip(scratch, place));
  const results: DeliveryResult[] = [];
  for (const { name } of flow.environments) results.push(await deliverTo(name));
  return results;
}

function isHeldAsAll(state: EnvironmentState): boolean {
  const hold = attempt(() => holdOf(state));
  return !(hold instanceof Failure) && hold?.all === true;
}
