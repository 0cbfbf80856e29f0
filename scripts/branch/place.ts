import { openCheckout } from '../git/checkout.ts';
import { readRemote, requireBranchName } from '../git/remote.ts';
import { createScratch, type Scratch, type ScratchOptions } from '../git/scratch.ts';
import { Tip } from '../git/tip.ts';
import { formatAge } from '../release/duration.ts';
import { Failure } from '../shell/failure.ts';
import { isFilled } from '../shell/variables.ts';
import { readEnvironments, type Environments } from './environments.ts';

/** Where a command works, and what it is given of the world around it. */
export interface Place {
  /** The checkout that it works for, and never changes. */
  directory: string;
  /** The remote's name, and its branch that the deliveries go to. */
  remote: string;
  branch: string;
  env: NodeJS.ProcessEnv;
  now: () => Date;
  signal: AbortSignal;
  /** Tells somebody who watches what happens. */
  log: (line: string) => void;
}

/** The branch that the deliveries go to, unless a command is told otherwise. */
export function usualBranch({ CI_DEFAULT_BRANCH }: NodeJS.ProcessEnv): string {
  return isFilled(CI_DEFAULT_BRANCH) ? CI_DEFAULT_BRANCH : 'main';
}

// Milliseconds for one call of the remote, unless it has less.
const longestCall = 30_000;

/** Opens the branch's remote, to read it and to push to it; it is removed with `await using`. */
export async function openRemote(
  { directory, remote: name, branch, env, signal }: Place,
  { history = 'commits', callLimit = longestCall }: { history?: ScratchOptions['history']; callLimit?: number } = {},
): Promise<Scratch> {
  const [checkout] = await Promise.all([
    openCheckout(directory, { env, signal }),
    requireBranchName(branch, directory, { env, signal }),
  ]);
  const remote = await readRemote(checkout, name, env);
  return createScratch({ checkout, remote, callLimit: Math.min(longestCall, callLimit), history, env, signal });
}

/** Reads the branch as it is now; the refs of `along` are fetched with it. */
export async function readTip(scratch: Scratch, { branch, now }: Place, along: readonly string[] = []): Promise<Tip> {
  return new Tip(scratch, await scratch.fetchTip(branch, along), { branch, now: now() });
}

/** The same; while the remote is away, the branch as the checkout has fetched it last, and tells how old that is. */
export async function readLastTip(scratch: Scratch, place: Place, along: readonly string[] = []): Promise<Tip> {
  try {
    return await readTip(scratch, place, along);
  } catch (error) {
    const isAway = error instanceof Failure && error.code === 'remote-unreachable';
    const last = isAway ? await scratch.takeLast(place.branch) : undefined;
    if (!isAway || !last) throw error;
    const { branch } = place;
    const now = place.now();
    const age = last.time === undefined ? 'at an unknown time' : `${formatAge(last.time, now)} ago`;
    place.log(`${error.message}\n${error.hint}\nThe answer is from what this checkout fetched last, ${age}.`);
    return new Tip(scratch, last.commit, { branch, now });
  }
}

/** Reads the environments as the branch has them now. */
export async function readPresent(place: Place): Promise<Environments> {
  await using scratch = await openRemote(place);
  return await readEnvironments(await readTip(scratch, place));
}
