import { describeApplication, isToBlame, listReasons } from '../argocd/judgement.ts';
import type { Application } from '../argocd/application.ts';
import type { Argo } from '../argocd/argocd.ts';
import { Failure } from '../shell/failure.ts';
import type { Goal } from './goal.ts';
import type { Sight } from './sight.ts';
import type { Watched } from './watch.ts';

const lookAtTheSet = 'Look at the ApplicationSet: kubectl -n argocd get applicationset -o yaml shows its conditions.';

/** What Argo CD said last, and what the attempts to sync before failed with. */
interface LastSight {
  sight: Sight;
  faults: readonly string[];
}

/** The verdict on a release that is not healthy, where it is for the release itself. */
export function findVerdict({ sight: { answer, pods }, faults }: LastSight, goal: Goal): Watched['verdict'] {
  if (answer.kind !== 'found' || !isToBlame(answer.value, goal)) return undefined;
  const state = describeApplication(answer.value, goal);
  return { state: 'failed', reasons: [state, ...listReasons(answer.value, pods, goal, faults)] };
}

/** Why an environment did not come to its goal. */
export function notHealthy({ address }: Argo, { sight, faults }: LastSight, goal: Goal, elapsed: number): Failure {
  const { environment, names } = goal;
  const { answer, pods } = sight;
  const after = `after ${Math.round(elapsed / 1000)} s`;
  switch (answer.kind) {
    case 'found': {
      const reasons = listReasons(answer.value, pods, goal, faults);
      const state = describeApplication(answer.value, goal);
      return new Failure(
        'unhealthy',
        [
          `${environment} is not healthy ${after}: ${names.application} is ${state}.`,
          ...listDelays(answer.value, goal),
          ...reasons,
        ].join('\n  '),
        answer.value.wanted === goal.commit
          ? `Look at ${address}/applications/${names.application}; to go back: npm run rollback -- ${environment}`
          : lookAtTheSet,
      );
    }
    case 'missing':
      return new Failure(
        'unhealthy',
        `${environment} has no Application ${names.application} in Argo CD ${after}: ${answer.reason}.`,
        lookAtTheSet,
      );
    case 'hidden':
      return new Failure(
        'argocd-refused',
        `The Application ${names.application} is not there, or not for this token, ${after}: ${answer.reason}.`,
        `Let the token get the applications of the project ${names.project}, and look whether it is there.`,
      );
    case 'failed':
      return new Failure(
        'argocd-unreachable',
        `Argo CD is not well ${after}: ${answer.reason}.`,
        'Check ARGOCD_SERVER and the network of this machine, then run it again.',
      );
  }
}

function listDelays({ wanted }: Application, { commit }: Goal): string[] {
  return wanted === commit ? [] : [`The ApplicationSet has it at ${wanted || 'no revision'}, not at ${commit}.`];
}
