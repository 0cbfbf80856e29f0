import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../shell/failure.ts';
import { isAncestor } from './ancestry.ts';
import type { Identity } from './checkout.ts';
import { writeCommit, type Change } from './commit.ts';
import { notesRef } from './notes.ts';
import { propose, type Proposal } from './propose.ts';
import { push, unwell, type PushOutcome } from './push.ts';
import type { Scratch } from './scratch.ts';
import { Tip } from './tip.ts';

interface Swap {
  scratch: Scratch;
  identity: Identity;
  /** Milliseconds after which a lost race is given up. */
  deadline: number;
  signal?: AbortSignal | undefined;
  now: () => Date;
  log: (line: string) => void;
}

/** What was decided from a tip. Without a change there is nothing to commit. */
export interface Plan<T> {
  decision: T;
  change?: Change;
  /** Where the change goes when somebody else is to merge it. */
  proposal?: Proposal | undefined;
}

export type Swapped<T> = Awaited<ReturnType<typeof compareAndSwap<T>>>;

// How many pushes may end without a clear answer; a lost race is run again until the deadline.
const faultsAllowed = 3;
const longestPause = 2_000;

/**
 * Reads the tip of the branch, lets the plan decide from it, commits on it and pushes. When somebody else was
 * faster, everything is decided again from their tip, until the deadline.
 * @throws {Failure} `race-lost`, `remote-refused`, `remote-unreachable`, and what the plan throws.
 */
export async function compareAndSwap<T>(
  { branch, ...swap }: Swap & { branch: string },
  plan: (tip: Tip) => Promise<Plan<T>>,
) {
  const { scratch, now } = swap;
  const fetch = () => scratch.fetchTip(branch);
  const decide = (tip = '') => plan(new Tip(scratch, tip, { branch, now: now() }));
  return swapRef(swap, `refs/heads/${branch}`, fetch, decide);
}

/** Does the same with the ref of the notes, which the first note creates. */
export async function swapNotes<T>(swap: Swap, plan: () => Promise<Plan<T>>) {
  return swapRef(swap, notesRef, () => swap.scratch.fetchRef(notesRef), plan);
}

async function swapRef<T>(
  swap: Swap,
  ref: string,
  fetch: () => Promise<string | undefined>,
  plan: (tip: string | undefined) => Promise<Plan<T>>,
) {
  const { scratch, identity, log } = swap;
  const name = ref.replace('refs/heads/', '');
  const end = performance.now() + swap.deadline;
  let faults = 0;
  for (let attempts = 1; ; attempts += 1) {
    const tip = await fetch();
    const { decision, change, proposal } = await plan(tip);
    if (!change) return { decision, commit: undefined, attempts };

    const commit = await writeCommit(scratch, tip, change, identity);
    if (proposal && tip !== undefined) {
      const proposed = await propose(scratch, { branch: name, tip, commit }, proposal);
      return { decision, commit: proposed.commit, attempts, proposed };
    }
    const answer = await push(scratch, commit, ref, '--push-option=ci.skip');
    const outcome = answer.kind === 'unknown' ? await settle(answer, scratch, fetch, { tip, commit }) : answer;
    if (outcome.kind === 'accepted') return { decision, commit, attempts };
    if (outcome.kind === 'unknown') faults += 1;
    const isOver = performance.now() >= end;
    if (outcome.kind === 'unknown' && (isOver || faults === faultsAllowed))
      throw unwell(scratch, `failed ${faults === 1 ? 'a push' : `${faults} pushes`}`, outcome.reason);
    if (isOver) throw lost(swap, name, attempts);
    log(outcome.kind === 'lost' ? `${name} has moved: deciding again` : `Trying again: ${outcome.reason}`);
    // Rivals that lost together must not come back together.
    const pause = Math.random() * Math.min(longestPause, 50 * 2 ** attempts);
    await sleep(pause, undefined, { signal: swap.signal });
  }
}

/**
 * What became of a push whose answer was lost: the ref itself tells. Git up to 2.39 at least gives none when it is
 * rejected and has push options to send, which a local server no longer reads (SIGPIPE).
 */
async function settle(
  answer: PushOutcome,
  scratch: Scratch,
  fetch: () => Promise<string | undefined>,
  { tip, commit }: { tip: string | undefined; commit: string },
): Promise<PushOutcome> {
  const now = await fetch();
  if (now === tip || now === undefined) return answer;
  const isThere = await isAncestor(scratch.git, commit, now);
  return isThere ? { kind: 'accepted', words: '' } : { kind: 'lost' };
}

function lost({ scratch: { remote }, deadline }: Swap, name: string, attempts: number): Failure {
  return new Failure(
    'race-lost',
    `Others were faster on ${name} of ${remote.address}, ${attempts} times in ${deadline / 1000} s.`,
    'Nothing was changed. Run it again, or give it longer by --deadline.',
  );
}
