import { openCheckout } from '../git/checkout.ts';
import { readRemote } from '../git/remote.ts';
import { createScratch } from '../git/scratch.ts';
import type { Scratch, ScratchOptions } from '../git/scratch.ts';
import { Tip } from '../git/tip.ts';
import type { World } from './place.ts';

// Milliseconds for one call of the remote, which a shorter deadline shortens.
const longestCall = 30_000;

/** Opens the branch's remote, to read it and to push to it; it is put away with `await using`. */
export async function openRemote(
  { directory, remote: name, env, signal, deadline }: World,
  history: ScratchOptions['history'] = 'commits',
): Promise<Scratch> {
  const checkout = await openCheckout(directory, { env, signal });
  const remote = await readRemote(checkout, name, env);
  return createScratch({
    checkout,
    remote,
    callLimit: Math.min(longestCall, deadline),
    history,
    env,
    signal,
  });
}

/** Reads the branch as it is now. */
export async function readTip(scratch: Scratch, { branch }: World): Promise<Tip> {
  return new Tip(scratch, await scratch.fetchTip(branch));
}
