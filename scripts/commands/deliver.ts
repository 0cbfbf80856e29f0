import { readIdentity } from '../git/checkout.ts';
import { compareAndSwap } from '../git/compare-and-swap.ts';
import type { Plan, Swapped } from '../git/compare-and-swap.ts';
import type { Change } from '../git/commit.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Tip } from '../git/tip.ts';
import { formatDelivery } from '../release/delivery.ts';
import type { DeliveryKind } from '../release/delivery.ts';
import type { Image } from '../release/image.ts';
import type { Verdict } from '../release/rules.ts';
import { replaceImage } from '../release/values.ts';
import { listGains } from './releases.ts';
import { openRemote, readTip } from './remote.ts';
import { readEnvironment } from './state.ts';
import type { EnvironmentState } from './state.ts';
import type { World } from './world.ts';

/** What a command decides about an environment, from a tip. */
export interface Decision {
  outcome: Verdict;
  to: Image;
}

/** What a delivery came to. */
export interface DeliveryResult {
  environment: string;
  kind: DeliveryKind;
  outcome: Verdict;
  from: Image | undefined;
  to: Image;
  /** The commit on the branch, where one was made. */
  commit: string | undefined;
  /** How often it was decided until the outcome stood. */
  attempts: number;
}

type Decided = Decision & { from: Image | undefined };

/** Makes a delivery of a kind by compare and swap, deciding from the tip, and again from each newer one. */
export async function deliver(
  world: World,
  kind: DeliveryKind,
  name: string,
  decide: (tip: Tip, state: EnvironmentState) => Promise<Decision>,
): Promise<DeliveryResult> {
  const { directory, branch, env, signal, deadline, log } = world;
  await using scratch = await openRemote(world);
  const identify = () => readIdentity(directory, env, signal);
  const { author } = await identify();
  const plan = async (tip: Tip): Promise<Plan<Decided>> => {
    const state = await readEnvironment(tip, name);
    const decided = { ...(await decide(tip, state)), from: state.image };
    if (decided.outcome !== 'changed') return { decision: decided };
    const actor = env.GITLAB_USER_LOGIN ?? author.replace(/ \d+ \S+$/, '');
    return {
      decision: decided,
      change: await describeChange(tip, { kind, state, to: decided.to, actor, env }),
    };
  };
  const { decision, commit, attempts } = world.dryRun
    ? await planOnly(scratch, world, plan)
    : await compareAndSwap({ scratch, branch, identify, deadline, signal, log }, plan);
  const { outcome, from, to } = decision;
  return { environment: name, kind, outcome, from, to, commit, attempts };
}

async function describeChange(
  tip: Tip,
  about: { kind: DeliveryKind; state: EnvironmentState; to: Image; actor: string; env: NodeJS.ProcessEnv },
): Promise<Change> {
  const { kind, state, to, actor, env } = about;
  const { environment, image: from, values } = state;
  const gains = await listGains(tip, from, to);
  const pipeline = env.CI_PIPELINE_URL;
  return {
    message: formatDelivery({ kind, environment: environment.name, from, to, gains, actor, pipeline }),
    files: [{ ...values, bytes: replaceImage(values, to) }],
  };
}

async function planOnly(
  scratch: Scratch,
  world: World,
  plan: (tip: Tip) => Promise<Plan<Decided>>,
): Promise<Swapped<Decided>> {
  const { decision, change } = await plan(await readTip(scratch, world));
  if (change) world.log(`Would commit on ${world.branch}:\n\n${change.message}`);
  return { decision, commit: undefined, attempts: 0 };
}
