import { setTimeout } from 'node:timers/promises';
import { parseArgoSettings } from '../argocd/settings.ts';
import { openArgo, type Argo } from '../argocd/argocd.ts';
import type { Application } from '../argocd/application.ts';
import { findObstacle } from '../argocd/judgement.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Image } from '../release/image.ts';
import type { Answer } from './answer.ts';
import { describeSight, findVerdict, judgeSight, look, lookAgain, notHealthy, readGoal, type Goal } from './sight.ts';
import { readTip, type Place } from '../branch/place.ts';

export interface WatchOptions {
  /** Milliseconds. */
  timeout: number;
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

// Milliseconds: for one question, between two, how long a trouble must last, and how often Git is looked at again.
const questionLimit = 30_000;
const pace = 2_000;
const patience = 15_000;
const gitPace = 30_000;
// Milliseconds. A sync that is merely under way ends by itself in less.
const courtesy = 10_000;
// Milliseconds of the pauses while Argo CD is not well, each twice the one before.
const firstPause = 200;
const longestPause = 5_000;

/** What an environment was seen to come to. */
export type Watched = Awaited<ReturnType<typeof watch>>;

/**
 * Watches until Argo CD has synced what an environment is to run, and it is healthy, or it is clear that it does not get
 * so, or a newer release has overtaken it. What Argo CD has said of the release is the verdict, if it has; the end is to be told.
 * @throws {Failure} `gone-back` or `argocd-refused` when there is nothing more to see.
 */
export async function watch(scratch: Scratch, place: Place, name: string, options: WatchOptions) {
  const { timeout, sleep } = options;
  const { signal, now } = place;
  const argo = openArgo(parseArgoSettings(place.env), { timeLimit: Math.min(questionLimit, timeout), signal });
  let goal = await readGoal(await readTip(scratch, place), name);
  let told: string | undefined;
  const clear = createClearance(argo, place.log);
  const start = now().getTime();
  let [lookedAt, failures, failingSince] = [0, 0, Infinity];
  // What an attempt to sync failed with is gone while the next one runs.
  let faults: readonly string[] = [];
  for (;;) {
    const sight = await look(argo, goal);
    const { answer } = sight;
    const words = describeSight(sight, goal);
    if (words !== told) place.log(words);
    told = words;
    const elapsed = now().getTime() - start;
    const state = judgeSight(sight, goal);
    if (state === 'healthy') return { goal, verdict: { state, reasons: [] } as const, end: answerOf(goal, elapsed) };
    if (answer.kind === 'found') await clear(answer.value, goal, elapsed);

    failingSince = state === 'failing' ? Math.min(failingSince, elapsed) : Infinity;
    const found = answer.kind === 'found' ? (answer.value.operation?.faults ?? []) : [];
    if (state !== 'failing') faults = [];
    else if (found.length > 0) faults = found;
    const isOver = elapsed >= timeout || elapsed - failingSince >= patience;
    if (isOver || elapsed - lookedAt >= gitPace) {
      const seen = await lookAgain(scratch, place, goal);
      if (seen.isNewer) return { goal, verdict: undefined, end: answerOf(goal, elapsed, seen.goal.image) };
      goal = seen.goal;
      if (isOver) {
        const last = { ...sight, faults };
        return { goal, verdict: findVerdict(last, goal), end: notHealthy(argo, last, goal, elapsed) };
      }
      lookedAt = elapsed;
    }
    failures = answer.kind === 'failed' ? failures + 1 : 0;
    const rest = failures === 0 ? pace : Math.min(firstPause * 2 ** (failures - 1), longestPause);
    const pause = Math.min(rest, timeout - elapsed);
    await (sleep ? sleep(pause, signal) : setTimeout(pause, undefined, { signal }));
  }
}

/**
 * Makes what ends a sync of another release that keeps the goal out, such as one whose hook hangs. Each is tried once;
 * where the token may not, the wait goes on without.
 */
function createClearance(argo: Argo, log: (line: string) => void) {
  let known = { startedAt: '', seenAt: 0, isTried: false };
  return async (application: Application, goal: Goal, elapsed: number): Promise<void> => {
    const obstacle = findObstacle(application, goal);
    if (!obstacle) return;
    const { startedAt, revision } = obstacle;
    if (known.startedAt !== startedAt) known = { startedAt, seenAt: elapsed, isTried: false };
    if (known.isTried || elapsed - known.seenAt < courtesy) return;
    known.isTried = true;
    const { tag } = goal.image;
    const what = `${goal.names.application}: the sync of ${revision.slice(0, tag.length)} keeps ${tag} out`;
    const answer = await argo.endOperation(goal.names);
    if (answer.kind === 'found') log(`${what}, and is ended.`);
    else if (answer.kind === 'hidden') log(`${what}, and this token may not end it: ${answer.reason}.`);
    else log(`${what}, and could not be ended: ${answer.reason}.`);
  };
}

/** It has come to the release itself, or to a newer one. */
function answerOf({ environment, names, image, commit }: Goal, elapsed: number, newer?: Image): Answer {
  const seconds = Math.round(elapsed / 1000);
  const outcome = newer ? 'superseded' : 'healthy';
  const { tag, digest } = image;
  return {
    document: { environment, application: names.application, outcome, tag, digest, commit, seconds },
    text: newer
      ? `${environment}: ${image.tag} is superseded by ${newer.tag}.`
      : `${environment} runs ${image.tag} and is healthy, after ${seconds} s.`,
  };
}
