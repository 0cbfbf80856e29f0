import { holdOf, stateOf, type EnvironmentState } from '../branch/environments.ts';
import { readPresent } from '../branch/place.ts';
import { attempt } from '../release/ledger.ts';
import { Failure } from '../shell/failure.ts';
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

/** Holds all environments, to stop the line. */
export async function holdAll(place: DeliveryPlace, reason: string): Promise<DeliveryResult[]> {
  return Array.fromAsync(await readStates(place), ({ environment }) => hold(place, environment.name, reason, true));
}

/** Lets those go on that were held as all; who was held before stays so. */
export async function resumeAll(place: DeliveryPlace): Promise<DeliveryResult[]> {
  const results: DeliveryResult[] = [];
  for (const state of await readStates(place)) {
    const { name } = state.environment;
    const held = attempt(() => holdOf(state));
    if (!(held instanceof Failure) && held?.all) results.push(await resume(place, name));
    else if (state.holdFile) place.log(`${name} stays held, as before. It goes on by: ${typed('resume', name)}`);
  }
  return results;
}

async function readStates(place: DeliveryPlace): Promise<EnvironmentState[]> {
  const present = await readPresent(place);
  return present.flow.environments.map(({ name }) => stateOf(present, name));
}
