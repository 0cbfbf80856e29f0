import { openRemote, readTip, type Place } from '../branch/place.ts';
import { holdOf, readBrokenEnvironments, readEnvironment, stateOf } from '../branch/environments.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import { announce } from '../gitlab/announce.ts';
import { readIdentity, type Identity } from '../git/checkout.ts';
import { compareAndSwap, type Plan, type Swapped } from '../git/compare-and-swap.ts';
import type { Proposal } from '../git/propose.ts';
import type { ScratchOptions } from '../git/scratch.ts';
import type { Tip } from '../git/tip.ts';
import { formatTitle, type DeliveryKind } from '../release/delivery.ts';
import type { Image } from '../release/image.ts';
import { attempt } from '../release/ledger.ts';
import type { Ruling } from '../release/rules.ts';
import { Failure } from '../shell/failure.ts';
import { describePromotion, previewPromotion, warnOfMigrations } from './preview.ts';
import { requireRenders } from './rendered.ts';
import { describeChange, describeNews, type Step } from './step.ts';

/** Where a delivery is made, and on which terms. */
export interface DeliveryPlace extends Place {
  /** Milliseconds after which a lost race is given up. */
  deadline: number;
  /** Whether to say what would be done, and change nothing. */
  dryRun: boolean;
}

/** What a command looks at to decide. */
export interface Outlook {
  /** Its moment is that of the decision, and of the commit that it may come to. */
  tip: Tip;
  state: EnvironmentState;
  /** Who decides. */
  actor: string;
}

/** What a command decides about an environment: nothing to do, and why; or a step. */
export type Decision =
  | { outcome: Exclude<Ruling, 'changed'>; to: Image | undefined }
  /** A step that a rule refuses may be looked at, and no more. */
  | { outcome: 'changed'; step: Step; refusal?: Failure | undefined };

/** A delivery that is asked for. */
export interface Order {
  kind: DeliveryKind;
  environment: string;
  /** Decides from the branch as it is now; asked again when that has changed. */
  decide: (outlook: Outlook) => Promise<Decision>;
  /** What of the history is read to decide. */
  history: ScratchOptions['history'];
}

/** What a delivery came to; `attempts` says how often it was decided until the outcome stood. */
export type DeliveryResult = ReturnType<typeof resultOf>;

interface Decided {
  decision: Decision;
  outlook: Outlook;
}

/** Makes a delivery by compare and swap: the one way in which anything is written. */
export async function deliver(place: DeliveryPlace, order: Order): Promise<DeliveryResult> {
  const { directory, env, signal } = place;
  await using scratch = await openRemote(place, { history: order.history, callLimit: place.deadline });
  const identity = await readIdentity(directory, env, signal);
  const actor = nameActor(identity, env);
  const renderer = { signal, rendered: new Set<string>() };
  const plan = async (tip: Tip): Promise<Plan<Decided>> => {
    const outlook = { tip, state: await readState(order, place, tip), actor };
    const decision = await order.decide(outlook);
    const decided = { decision, outlook };
    if (decision.outcome !== 'changed') return { decision: decided };
    const { step, refusal } = decision;
    if (refusal) {
      await showStep(place, outlook, step);
      throw refusal;
    }
    if ('to' in step) await requireRenders(outlook, step, renderer);
    const change = describeChange(step, outlook, env.CI_PIPELINE_URL);
    const proposal = propose(place, outlook, step);
    await showStep(place, outlook, step, `Would commit on ${proposal?.branch ?? place.branch}:\n\n${change.message}`);
    return { decision: decided, change, proposal };
  };
  const swapped: Swapped<Decided> = place.dryRun
    ? { ...(await plan(await readTip(scratch, place))), commit: undefined, attempts: 0 }
    : await compareAndSwap({ ...place, scratch, identity }, plan);
  const { decision, outlook } = swapped.decision;
  if (decision.outcome === 'changed' && decision.step.kind === 'rollback')
    await warnOfMigrations(place, outlook, decision.step.left);
  if (decision.outcome === 'changed' && swapped.commit !== undefined && !swapped.proposed)
    await announce(place, scratch.remote.address, describeNews(decision.step, outlook));
  return resultOf(order, swapped, place.dryRun);
}

/** What a step proposes, where somebody else is to merge it. */
function propose(place: Place, outlook: Outlook, step: Step): Proposal | undefined {
  if (step.kind !== 'promote' || step.via !== 'merge-request') return undefined;
  const { kind, to, override } = step;
  const environment = outlook.state.environment.name;
  // One that is let past rules is another one: who merges it must see so, and the audit goes by its commit.
  const branch = [`${kind}/${environment}/${to.tag}`, ...override].join('-');
  const title = formatTitle({ kind, environment, to });
  return { branch, title, label: kind, describe: () => describePromotion(place, outlook, step) };
}

/** Who does it: the user that started the pipeline, else who commits. */
export function nameActor({ author }: Identity, env: NodeJS.ProcessEnv): string {
  const login = env.GITLAB_USER_LOGIN?.trim() ?? '';
  return login === '' ? author : login;
}

/** Reads what a delivery needs: going back does not wait for somebody to mend the flow. */
async function readState({ kind, environment }: Order, { log }: Place, tip: Tip): Promise<EnvironmentState> {
  if (kind !== 'rollback') return readEnvironment(tip, environment);
  const environments = await readBrokenEnvironments(tip);
  for (const stray of environments.strays) throw stray;
  for (const { message } of environments.faults)
    log(`The rollback goes by the last flow that can be read.\n${message}`);
  return stateOf(environments, environment);
}

/** Tells what would be done, where no more is asked for. */
async function showStep(place: DeliveryPlace, outlook: Outlook, step: Step, commit?: string): Promise<void> {
  if (!place.dryRun) return;
  if (commit !== undefined) place.log(commit);
  if (step.kind === 'promote') place.log(await previewPromotion(place, outlook, step));
}

function resultOf({ environment, kind }: Order, swapped: Swapped<Decided>, isDryRun: boolean) {
  const { commit, attempts, proposed } = swapped;
  const { decision, outlook } = swapped.decision;
  const from = outlook.state.image;
  const step = decision.outcome === 'changed' ? decision.step : undefined;
  const to = decision.outcome !== 'changed' ? decision.to : step && 'to' in step ? step.to : from;
  const isProposed = step?.kind === 'promote' && step.via === 'merge-request';
  const outcome = isProposed ? 'proposed' : decision.outcome;
  // The hold that is there already, where one was asked for.
  const there = kind === 'hold' && !step ? attempt(() => holdOf(outlook.state)) : undefined;
  const hold = there instanceof Failure ? undefined : there;
  return { environment, kind, outcome, isDryRun, from, to, commit, attempts, proposed, hold };
}
