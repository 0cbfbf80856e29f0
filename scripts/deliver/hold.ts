import { holdOf, readEnvironments, stateOf, type EnvironmentState } from '../branch/environments.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { attempt } from '../release/ledger.ts';
import { Failure } from '../shell/failure.ts';
import { deliver, type DeliveryPlace, type DeliveryResult } from './deliver.ts';

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
        holdFile ? { outcome: 'unchanged', to } : { outcome: 'changed', step: { kind: 'hold', reason, isOfAll } },
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
      Promise.resolve(holdFile ? { outcome: 'changed', step: { kind: 'resume' } } : { outcome: 'unchanged', to }),
  });
}

/** Holds all environments, to stop the line. */
export async function holdAll(place: DeliveryPlace, reason: string): Promise<DeliveryResult[]> {
  const results: DeliveryResult[] = [];
  for (const { environment } of await readStates(place))
    results.push(await hold(place, environment.name, reason, true));
  return results;
}

/** Lets those go on that were held as all; who was held before stays so. */
export async function resumeAll(place: DeliveryPlace): Promise<DeliveryResult[]> {
  const results: DeliveryResult[] = [];
  for (const state of await readStates(place)) {
    const { name } = state.environment;
    const held = attempt(() => holdOf(state));
    if (!(held instanceof Failure) && held?.all) results.push(await resume(place, name));
    else if (state.holdFile) place.log(`${name} stays held, as before. It goes on by: npm run resume -- ${name}`);
  }
  return results;
}

async function readStates(place: DeliveryPlace): Promise<EnvironmentState[]> {
  await using scratch = await openRemote(place);
  const environments = await readEnvironments(await readTip(scratch, place));
  return environments.flow.environments.map(({ name }) => stateOf(environments, name));
}
