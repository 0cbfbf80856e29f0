import { describeApplication, judgeApplication, listReasons } from '../argocd/judgement.ts';
import type { Application } from '../argocd/application.ts';
import type { Argo, ArgoAnswer } from '../argocd/argocd.ts';
import type { Pod } from '../argocd/pods.ts';
import type { Goal } from './goal.ts';

/** What Argo CD says of an environment at one moment. */
export interface Sight {
  answer: ArgoAnswer<Application>;
  /** Asked for only while there is something to explain. */
  pods: readonly Pod[];
}

/** Asks Argo CD how an environment stands to its goal. */
export async function look(argo: Argo, { names, commit }: Goal): Promise<Sight> {
  const answer = await argo.readApplication(names);
  if (answer.kind !== 'found' || answer.value.wanted !== commit || answer.value.health === 'Healthy') {
    return { answer, pods: [] };
  }
  const pods = await argo.readPods(names);
  return { answer, pods: pods.kind === 'found' ? pods.value : [] };
}

/** How the environment stands to its goal, as far as Argo CD says so. */
export function judgeSight({ answer, pods }: Sight, goal: Goal): ReturnType<typeof judgeApplication> {
  return answer.kind === 'found' ? judgeApplication(answer.value, pods, goal) : 'waiting';
}

/** The same in words, with what is waited for, and what has failed. */
export function describeSight({ answer, pods }: Sight, goal: Goal): string {
  const head = `${goal.names.application}: `;
  if (answer.kind !== 'found') return head + answer.reason;
  const isOurs = answer.value.wanted === goal.commit;
  const reasons = isOurs ? listReasons(answer.value, pods, goal) : [];
  return [head + describeApplication(answer.value, goal), ...reasons].join('\n  ');
}
