import { setTimeout } from 'node:timers/promises';
import { parseArgoSettings } from '../argocd/settings.ts';
import { openArgo } from '../argocd/argocd.ts';
import type { Image } from '../release/image.ts';
import type { Answer } from './answer.ts';
import { lookAgain, readGoal } from './goal.ts';
import type { Goal } from './goal.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { notHealthy } from './not-healthy.ts';
import { createClearance } from './obstacle.ts';
import { describeSight, judgeSight, look } from './sight.ts';
import type { Sight } from './sight.ts';
import type { Place } from '../branch/place.ts';

export interface WaitOptions {
  /** Milliseconds. */
  timeout: number;
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

// Milliseconds: for one question, between two, how long a trouble must last, and how often Git is looked at again.
const questionLimit = 30_000;
const pace = 2_000;
const patience = 15_000;
const gitPace = 30_000;
// Milliseconds of the pauses while Argo CD is not well, each twice the one before.
const firstPause = 200;
const longestPause = 5_000;

/**
 * Waits until Argo CD has synced what an environment is to run, and it is healthy, or until a newer release has
 * overtaken it.
 * @throws {Failure} `unhealthy`, `gone-back`, `argocd-refused` or `argocd-unreachable` when it does not come to that.
 */
export async function wait(place: Place, name: string, options: WaitOptions): Promise<Answer> {
  const { timeout, sleep = sleepFor } = options;
  const { signal, now } = place;
  const argo = openArgo(parseArgoSettings(place.env), {
    timeLimit: Math.min(questionLimit, timeout),
    signal,
  });
  await using scratch = await openRemote(place);
  let goal = await readGoal(await readTip(scratch, place), name);
  const tell = createTeller(place);
  const clear = createClearance(argo, place.log);
  const start = now().getTime();
  let [lookedAt, failures, failingSince] = [0, 0, Infinity];
  // What an attempt to sync failed with is gone while the next one runs.
  let faults: readonly string[] = [];
  for (;;) {
    const sight = await look(argo, goal);
    const { answer } = sight;
    tell(describeSight(sight, goal));
    const elapsed = now().getTime() - start;
    const state = judgeSight(sight, goal);
    if (state === 'healthy') return resultOf(goal, elapsed);
    if (answer.kind === 'found') await clear(answer.value, goal, elapsed);

    failingSince = state === 'failing' ? Math.min(failingSince, elapsed) : Infinity;
    faults = state === 'failing' ? (findFaults(sight) ?? faults) : [];
    const isOver = elapsed >= timeout || elapsed - failingSince >= patience;
    if (isOver || elapsed - lookedAt >= gitPace) {
      const seen = await lookAgain(scratch, place, goal);
      if (seen.isNewer) return resultOf(goal, elapsed, seen.goal.image);
      goal = seen.goal;
      if (isOver) throw notHealthy(argo, { sight, faults }, goal, elapsed);
      lookedAt = elapsed;
    }
    failures = answer.kind === 'failed' ? failures + 1 : 0;
    await sleep(Math.min(restAfter(failures), timeout - elapsed), signal);
  }
}

function restAfter(failures: number): number {
  return failures === 0 ? pace : Math.min(firstPause * 2 ** (failures - 1), longestPause);
}

async function sleepFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal });
}

function findFaults({ answer }: Sight): readonly string[] | undefined {
  const faults = answer.kind === 'found' ? answer.value.operation?.faults : undefined;
  return faults?.length ? faults : undefined;
}

/** Tells what differs from what was told last. */
function createTeller({ log }: Place): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}

/** What a wait came to: the release itself, or a newer one. */
function resultOf({ environment, names, image, commit }: Goal, elapsed: number, newer?: Image): Answer {
  const seconds = Math.round(elapsed / 1000);
  return {
    document: {
      environment,
      application: names.application,
      outcome: newer ? 'superseded' : 'healthy',
      tag: image.tag,
      digest: image.digest,
      commit,
      seconds,
    },
    text: newer
      ? `${environment}: ${image.tag} is superseded by ${newer.tag}.`
      : `${environment} runs ${image.tag} and is healthy, after ${seconds} s.`,
  };
}
