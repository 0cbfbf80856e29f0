import { readIdentity } from '../git/checkout.ts';
import { compareAndSwap } from '../git/compare-and-swap.ts';
import type { Plan, Swapped } from '../git/compare-and-swap.ts';
import type { Change } from '../git/commit.ts';
import type { Proposed } from '../git/propose.ts';
import type { Scratch, ScratchOptions } from '../git/scratch.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Tip } from '../git/tip.ts';
import { formatDelivery, formatTitle } from '../release/delivery.ts';
import type { DeliveryKind } from '../release/delivery.ts';
import { formatHold, holdPath } from '../release/hold.ts';
import { isSameImage } from '../release/image.ts';
import type { Image } from '../release/image.ts';
import type { Verdict } from '../release/rules.ts';
import { replaceImage } from '../release/values.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { readEnvironments, stateOf } from '../branch/environments.ts';
import type { EnvironmentState, Environments } from '../branch/environments.ts';
import type { World } from '../branch/place.ts';

/** What a command looks at to decide. */
export interface Outlook {
  scratch: Scratch;
  tip: Tip;
  environments: Environments;
  state: EnvironmentState;
  /** The moment of the decision, and of the commit that it may come to. */
  now: Date;
}

/** What a command decides about an environment. */
export interface Decision {
  outcome: Verdict;
  /** What the environment is to run. */
  to: Image | undefined;
  /** The commits that come or go with it. */
  commits?: readonly CommitLine[];
  reason?: string;
  /** What becomes of the environment's hold; unless said, it stays. */
  hold?: 'made' | 'removed';
  /** Whether somebody else is to merge it. */
  viaMergeRequest?: boolean;
  /** Tells somebody who only wants to see what it would bring. */
  preview?: () => Promise<string>;
}

/** A delivery that is asked for. */
export interface Order {
  kind: DeliveryKind;
  environment: string;
  /** Decides from the branch as it is now; asked again when that has changed. */
  decide: (outlook: Outlook) => Promise<Decision>;
  /** What of the history is read to decide. */
  history?: ScratchOptions['history'];
}

/** What a delivery came to. */
export interface DeliveryResult {
  environment: string;
  kind: DeliveryKind;
  outcome: Verdict | 'proposed';
  from: Image | undefined;
  to: Image | undefined;
  /** The commit, where one was made. */
  commit: string | undefined;
  /** How often it was decided until the outcome stood. */
  attempts: number;
  proposed: Proposed | undefined;
}

type Decided = Decision & { from: Image | undefined };

/** Makes a delivery by compare and swap: the one way in which anything is written. */
export async function deliver(world: World, order: Order): Promise<DeliveryResult> {
  const { directory, branch, env, signal, deadline, log } = world;
  await using scratch = await openRemote(world, order.history);
  const identity = await readIdentity(directory, env, signal);
  const login = env.GITLAB_USER_LOGIN?.trim() ?? '';
  const actor = login === '' ? identity.author : login;
  const plan = async (tip: Tip): Promise<Plan<Decided>> => {
    const environments = await readEnvironments(tip);
    const state = stateOf(environments, order.environment);
    const now = world.now();
    const outlook = { scratch, tip, environments, state, now };
    const decision = { ...(await order.decide(outlook)), from: state.image };
    if (decision.outcome !== 'changed') return { decision };
    return {
      decision,
      change: describeChange(order, state, decision, { actor, now, env }),
      ...proposalOf(order, decision),
    };
  };
  const { decision, commit, attempts, proposed } = world.dryRun
    ? await planOnly(scratch, world, plan)
    : await compareAndSwap({ scratch, branch, identity, deadline, signal, log }, plan);
  const { outcome, from, to } = decision;
  const { environment, kind } = order;
  return {
    environment,
    kind,
    outcome: proposed ? 'proposed' : outcome,
    from,
    to,
    commit,
    attempts,
    proposed,
  };
}

function describeChange(
  { kind, environment }: Order,
  { values, image }: EnvironmentState,
  { from, to, commits = [], reason, hold }: Decided,
  { actor, now, env }: { actor: string } & Pick<Outlook, 'now'> & Pick<World, 'env'>,
): Change {
  const pipeline = env.CI_PIPELINE_URL;
  const subjects = commits.map(({ subject }) => subject);
  const path = holdPath(environment);
  const holdText = hold === 'made' ? formatHold({ reason: reason ?? '', by: actor, since: now }) : undefined;
  return {
    message: formatDelivery({ kind, environment, from, to, subjects, actor, pipeline, reason }),
    time: now,
    files: [
      ...(to && !isSameImage(image, to) ? [{ ...values, bytes: replaceImage(values, to) }] : []),
      ...(holdText === undefined ? [] : [{ path, mode: '100644', bytes: Buffer.from(holdText) }]),
    ],
    removals: hold === 'removed' ? [path] : [],
  };
}

function proposalOf(
  { kind, environment }: Order,
  { to, viaMergeRequest }: Decided,
): Pick<Plan<Decided>, 'proposal'> {
  if (!viaMergeRequest || !to) return {};
  const title = formatTitle({ kind, environment, to });
  return { proposal: { branch: `${kind}/${environment}/${to.tag}`, title, label: kind } };
}

async function planOnly(
  scratch: Scratch,
  world: World,
  plan: (tip: Tip) => Promise<Plan<Decided>>,
): Promise<Swapped<Decided>> {
  const { decision, change, proposal } = await plan(await readTip(scratch, world));
  if (change) world.log(`Would commit on ${proposal?.branch ?? world.branch}:\n\n${change.message}`);
  if (decision.preview) world.log(await decision.preview());
  return { decision, commit: undefined, attempts: 0 };
}
