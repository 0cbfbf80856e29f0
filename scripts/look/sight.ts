import type { Application, Pod } from '../argocd/application.ts';
import type { ApplicationNames } from '../argocd/applicationset.ts';
import type { Argo, ArgoAnswer } from '../argocd/argocd.ts';
import { describeApplication, isToBlame, judgeApplication, listReasons, type Target } from '../argocd/judgement.ts';
import { readEnvironment, requireNames } from '../branch/environments.ts';
import { readTip, type Place } from '../branch/place.ts';
import { requireRelease } from '../branch/releases.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Tip } from '../git/tip.ts';
import type { Verdict } from '../release/verdict.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';

const lookAtTheSet = 'Look at the ApplicationSet: kubectl -n argocd get applicationset -o yaml shows its conditions.';

/** What Argo CD says of an environment at one moment. */
export interface Sight {
  answer: ArgoAnswer<Application>;
  /** Asked for only while there is something to explain. */
  pods: readonly Pod[];
  /** What the attempts to sync before failed with. */
  faults?: readonly string[];
}

/** Asks Argo CD how an environment stands to its goal. */
export async function look(argo: Argo, { names, commit }: Goal): Promise<Sight> {
  const answer = await argo.readApplication(names);
  const isUnwell = answer.kind === 'found' && answer.value.wanted === commit && answer.value.health !== 'Healthy';
  const pods = isUnwell ? await argo.readPods(names) : undefined;
  return { answer, pods: pods?.kind === 'found' ? pods.value : [] };
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

/** The verdict on a release that is not healthy, where it is for the release itself. */
export function findVerdict(sight: Sight, goal: Goal): Pick<Verdict, 'state' | 'reasons'> | undefined {
  const { answer, pods, faults } = sight;
  if (answer.kind !== 'found' || !isToBlame(answer.value, goal)) return undefined;
  const state = describeApplication(answer.value, goal);
  return { state: 'failed', reasons: [state, ...listReasons(answer.value, pods, goal, faults)] };
}

/** Why an environment did not come to its goal. */
export function notHealthy({ address }: Argo, { answer, pods, faults }: Sight, goal: Goal, elapsed: number): Failure {
  const { environment, commit } = goal;
  const { application, project } = goal.names;
  const after = `after ${Math.round(elapsed / 1000)} s`;
  if (answer.kind === 'found') {
    const { wanted } = answer.value;
    const lines = [
      `${environment} is not healthy ${after}: ${application} is ${describeApplication(answer.value, goal)}.`,
      ...(wanted === commit ? [] : [`The ApplicationSet has it at ${wanted || 'no revision'}, not at ${commit}.`]),
      ...listReasons(answer.value, pods, goal, faults),
    ];
    const hint = `Look at ${address}/applications/${application}; to go back: ${typed('rollback', environment)}`;
    return new Failure('unhealthy', lines.join('\n  '), wanted === commit ? hint : lookAtTheSet);
  }
  const because = `${after}: ${answer.reason}.`;
  if (answer.kind === 'missing') {
    const message = `${environment} has no Application ${application} in Argo CD ${because}`;
    return new Failure('unhealthy', message, lookAtTheSet);
  }
  if (answer.kind === 'hidden') {
    const message = `The Application ${application} is not there, or not for this token, ${because}`;
    const hint = `Let the token get the applications of the project ${project}, and look whether it is there.`;
    return new Failure('argocd-refused', message, hint);
  }
  const hint = 'Check ARGOCD_SERVER and the network of this machine, then run it again.';
  return new Failure('argocd-unreachable', `Argo CD is not well ${because}`, hint);
}

/** What an environment is to come to. */
export interface Goal extends Target {
  environment: string;
  names: ApplicationNames;
}

/**
 * Reads what an environment is to come to from a tip.
 * @throws {Failure} `nothing-to-wait-for` when that is nothing.
 */
export async function readGoal(tip: Tip, name: string): Promise<Goal> {
  const state = await readEnvironment(tip, name);
  const { image } = state;
  if (!image) {
    const hint = 'Deploy or promote a release to it first.';
    throw new Failure('nothing-to-wait-for', `${name} runs nothing yet.`, hint);
  }
  const { revision: commit } = await requireRelease(tip, image);
  return { environment: name, names: requireNames(state), image, commit };
}

/**
 * Looks what the environment is to come to by now; while Git cannot be reached, that is what it was.
 * @throws {Failure} `gone-back` when that is no newer release.
 */
export async function lookAgain(scratch: Scratch, place: Place, goal: Goal): Promise<{ goal: Goal; isNewer: boolean }> {
  try {
    const tip = await readTip(scratch, place);
    const next = await readGoal(tip, goal.environment);
    const relation = (await tip.readHistory()).relate(next.commit, goal.commit);
    if (relation === 'same' || relation === 'newer') return { goal: next, isNewer: relation === 'newer' };
    const { environment, image } = goal;
    const message = `${environment} was taken from ${image.tag} to ${next.image.tag} meanwhile.`;
    throw new Failure('gone-back', message, `${typed('history', environment)} says by whom, and why.`);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'remote-unreachable') throw error;
    place.log(error.message);
    return { goal, isNewer: false };
  }
}
