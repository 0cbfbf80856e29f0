import { describeApplication, listReasons } from '../argocd/application.ts';
import type { Application } from '../argocd/application.ts';
import type { ArgoAnswer, Argo } from '../argocd/argocd.ts';
import { Failure } from '../shell/failure.ts';
import type { Goal } from './goal.ts';

/** Why an environment did not come to its goal, from Argo CD's last answer and what it says of the single objects. */
export async function notHealthy(
  argo: Argo,
  answer: ArgoAnswer<Application>,
  goal: Goal,
  elapsed: number,
): Promise<Failure> {
  const { environment, names } = goal;
  const after = `after ${Math.round(elapsed / 1000)} s`;
  switch (answer.kind) {
    case 'found': {
      const resources = await argo.readResources(names);
      const reasons = listReasons(answer.value, resources.kind === 'found' ? resources.value : []);
      const state = describeApplication(answer.value, goal);
      return new Failure(
        'unhealthy',
        [`${environment} is not healthy ${after}: ${names.application} is ${state}.`, ...reasons].join(
          '\n  ',
        ),
        `Look at ${argo.address}/applications/${names.application}; to go back: npm run rollback -- ${environment}`,
      );
    }
    case 'missing':
      return new Failure(
        'unhealthy',
        `${environment} has no Application ${names.application} in Argo CD ${after}: ${answer.reason}.`,
        'Look at the ApplicationSet: kubectl -n argocd get applicationset -o yaml shows its conditions.',
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
