import { Failure } from '../failure.ts';
import type { Environment, Freeze } from './flow.ts';
import type { Hold } from './hold.ts';
import type { Image } from './image.ts';

/** How a release stands to the one that runs, in the history of the branch. */
export type Relation = 'same' | 'newer' | 'older' | 'unrelated';

/** Everything that a delivery is decided from. */
export interface Facts {
  environment: Environment;
  /** What the environment runs; undefined while it has run nothing. */
  from: Image | undefined;
  to: Image;
  /** How `to` stands to `from`; undefined where there is nothing to compare it with. */
  relation: Relation | undefined;
  hold: Hold | undefined;
  freeze: Freeze | undefined;
}

/** What becomes of a delivery: nothing to do is an answer, not a failure. */
export type Verdict = 'changed' | 'unchanged' | 'superseded';

/**
 * Decides whether a release may come into an environment.
 * @throws {Failure} `unrelated`, `held` or `frozen` when it may not.
 */
export function judgeDelivery({ environment, from, to, relation, hold, freeze }: Facts): Verdict {
  if (relation === 'older') return 'superseded';
  if (relation === 'unrelated') throw unrelated(environment.name, from, to);
  if (from?.tag === to.tag && from.digest === to.digest) return 'unchanged';
  if (hold) throw held(environment.name, hold);
  if (freeze) throw frozen(environment.name, freeze);
  return 'changed';
}

function unrelated(environment: string, from: Image | undefined, to: Image): Failure {
  return new Failure(
    'unrelated',
    `${environment} runs ${from?.tag ?? 'nothing'}, and ${to.tag} does not descend from it.`,
    'Only a release that contains the one that runs can follow it: merge, and deliver the result.',
  );
}

function held(environment: string, { reason, by, since }: Hold): Failure {
  return new Failure(
    'held',
    `${environment} is held since ${since.toISOString()} by ${by}: ${reason}`,
    `It takes no delivery until its hold, environments/${environment}/hold.yaml, is removed.`,
  );
}

function frozen(environment: string, { reason, to }: Freeze): Failure {
  return new Failure(
    'frozen',
    `${environment} is frozen until ${to.toISOString()}: ${reason}`,
    'Run it again after that, or change the freeze in environments/flow.yaml.',
  );
}
