import type { Application } from '../argocd/application.ts';
import type { Argo } from '../argocd/argocd.ts';
import { findObstacle } from '../argocd/judgement.ts';
import type { Goal } from './goal.ts';

// Milliseconds. A sync that is merely under way ends by itself in less.
const courtesy = 10_000;

/**
 * Makes what ends a sync of another release that keeps the goal out, such as one whose hook hangs. Each is tried once;
 * where the token may not, the wait goes on without.
 */
export function createClearance(argo: Argo, log: (line: string) => void) {
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
