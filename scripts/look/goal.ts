import type { Target } from '../argocd/judgement.ts';
import type { ApplicationNames } from '../argocd/applicationset.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Tip } from '../git/tip.ts';
import { readEnvironment, requireNames } from '../branch/environments.ts';
import { requireRelease } from '../branch/releases.ts';
import { readTip, type Place } from '../branch/place.ts';

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
    if (relation !== 'same' && relation !== 'newer') throw goneBack(goal, next);
    return { goal: next, isNewer: relation === 'newer' };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'remote-unreachable') throw error;
    place.log(error.message);
    return { goal, isNewer: false };
  }
}

function goneBack({ environment, image }: Goal, next: Goal): Failure {
  return new Failure(
    'gone-back',
    `${environment} was taken from ${image.tag} to ${next.image.tag} meanwhile.`,
    `${typed('history', environment)} says by whom, and why.`,
  );
}
