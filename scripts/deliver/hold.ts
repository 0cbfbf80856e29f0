import { holdOf, stateOf } from '../branch/environments.ts';
import { readPresent } from '../branch/place.ts';
import { attempt } from '../release/ledger.ts';
import { refuseFor } from '../release/refusals.ts';
import { Failure, reach } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import { deliver, type Decision, type DeliveryPlace, type DeliveryResult, type Outlook } from './deliver.ts';
import type { Step } from './step.ts';

type Holding = Extract<Step, { kind: 'hold' | 'resume' }>;

/** Makes every delivery to an environment refuse, until it is resumed. */
export function hold(place: DeliveryPlace, name: string, reason: string, isOfAll = false): Promise<DeliveryResult> {
  return takeStep(place, name, { kind: 'hold', reason, isOfAll });
}

/** Lets deliveries into a held environment again. */
export function resume(place: DeliveryPlace, name: string): Promise<DeliveryResult> {
  return takeStep(place, name, { kind: 'resume' });
}

function takeStep(place: DeliveryPlace, environment: string, step: Holding): Promise<DeliveryResult> {
  const decide = ({ state: { image: to, holdFile } }: Outlook): Promise<Decision> => {
    // A hold that nobody can read holds, and is removed too.
    const isDone = (holdFile !== undefined) === (step.kind === 'hold');
    return Promise.resolve(isDone ? { outcome: 'unchanged', to } : { outcome: 'changed', step });
  };
  return deliver(place, { kind: step.kind, environment, decide, history: 'commits' });
}

/** Holds all environments, to stop the line: what keeps one from it keeps no other. */
export async function holdAll(place: DeliveryPlace, reason: string): Promise<DeliveryResult[]> {
  const { flow } = await readPresent(place);
  const ends = await Array.fromAsync(flow.environments, ({ name }) => reach(() => hold(place, name, reason, true)));
  refuseFor(ends.filter((end) => end instanceof Failure));
  return ends.flatMap((end) => (end instanceof Failure ? [] : [end]));
}

/** Lets those go on that were held as all; who was held before stays so. */
export async function resumeAll(place: DeliveryPlace): Promise<DeliveryResult[]> {
  const results: DeliveryResult[] = [];
  const present = await readPresent(place);
  for (const { name } of present.flow.environments) {
    const state = stateOf(present, name);
    const held = attempt(() => holdOf(state));
    if (!(held instanceof Failure) && held?.all) results.push(await resume(place, name));
    else if (state.holdFile) place.log(`${name} stays held, as before. It goes on by: ${typed('resume', name)}`);
  }
  return results;
}
