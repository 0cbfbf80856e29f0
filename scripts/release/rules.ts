import { Failure } from '../shell/failure.ts';
import type { Relation } from '../git/tip.ts';
import { formatDuration } from './duration.ts';
import type { Environment, Freeze } from './flow.ts';
import type { Hold } from './hold.ts';
import { isSameImage } from './image.ts';
import type { Image } from './image.ts';

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

/** What a promotion is decided from besides. */
export interface PromotionFacts extends Facts {
  source: {
    name: string;
    hold: Hold | undefined;
    /** When the source began to run the release, and stopped, if it has. */
    since: Date;
    until: Date | undefined;
  };
  now: Date;
}

/** What becomes of a delivery: nothing to do is an answer, not a failure. */
export type Verdict = 'changed' | 'unchanged' | 'superseded';

/** @throws {Failure} `out-of-order` where releases come from another environment. */
export function requireFirst({ name, from }: Environment): void {
  if (from !== undefined) throw outOfOrder(name, from);
}

/** The failure of a release that comes into an environment past the one before it. */
export function outOfOrder(name: string, source: string): Failure {
  return new Failure(
    'out-of-order',
    `${name} takes what ${source} runs, and nothing else.`,
    `Run: npm run promote -- ${name}`,
  );
}

/**
 * Decides whether a release may come into an environment by a deploy.
 * @throws {Failure} `unrelated`, `held` or `frozen` when it may not.
 */
export function judgeDeploy(facts: Facts): Verdict {
  const verdict = judgeOrder(facts);
  if (verdict === 'changed') requireOpen(facts);
  return verdict;
}

/**
 * Decides whether a release may come into an environment from the one before it.
 * @throws {Failure} as a deploy, and `source-held` or `not-soaked`.
 */
export function judgePromotion(facts: PromotionFacts): Verdict {
  const { environment, source, to, now } = facts;
  const verdict = judgeOrder(facts);
  if (verdict !== 'changed') return verdict;
  if (source.hold) throw held('source-held', source.name, source.hold);
  const soaked = (source.until ?? now).getTime() - source.since.getTime();
  // Without a soak there is no waiting, though the source's commit may come from a clock that is ahead.
  if (environment.soak > 0 && soaked < environment.soak) throw notSoaked(environment, source, to);
  requireOpen(facts);
  return verdict;
}

/**
 * Decides whether an environment may return to a release. No soak and no freeze keeps it from going back.
 * @throws {Failure} `never-ran` or `held` when it may not.
 */
export function judgeRollback({ environment, from, to, hold }: Facts, ran: readonly Image[]): Verdict {
  if (isSameImage(from, to)) return 'unchanged';
  if (!ran.some((image) => isSameImage(image, to))) throw neverRan(environment.name, to.tag);
  if (hold) throw held('held', environment.name, hold);
  return 'changed';
}

/** @throws {Failure} `never-ran`: a rollback goes only to what the environment ran. */
export function neverRan(environment: string, tag: string): Failure {
  return new Failure(
    'never-ran',
    `${environment} has never run ${tag}.`,
    `npm run history -- ${environment} lists what it ran.`,
  );
}

function judgeOrder({ environment, from, to, relation }: Facts): Verdict {
  if (relation === 'older') return 'superseded';
  if (relation === 'unrelated') throw unrelated(environment.name, from, to);
  return isSameImage(from, to) ? 'unchanged' : 'changed';
}

function requireOpen({ environment, hold, freeze }: Facts): void {
  if (hold) throw held('held', environment.name, hold);
  if (freeze) throw frozen(environment.name, freeze);
}

function unrelated(environment: string, from: Image | undefined, to: Image): Failure {
  return new Failure(
    'unrelated',
    `${environment} runs ${from?.tag ?? 'nothing'}, and ${to.tag} does not descend from it.`,
    'Only a release that contains the one that runs can follow it: merge, and deliver the result.',
  );
}

function held(code: 'held' | 'source-held', environment: string, { reason, by, since }: Hold): Failure {
  return new Failure(
    code,
    `${environment} is held since ${since.toISOString()} by ${by}: ${reason}`,
    `When its reason is gone, run: npm run resume -- ${environment}`,
  );
}

function notSoaked({ name, soak }: Environment, source: PromotionFacts['source'], { tag }: Image): Failure {
  const ripe = new Date(source.since.getTime() + soak);
  return new Failure(
    'not-soaked',
    `${name} takes what has run in ${source.name} for ${formatDuration(soak)}; ${tag} will have at ${ripe.toISOString()}.`,
    'Run it again then.',
  );
}

function frozen(environment: string, { reason, to }: Freeze): Failure {
  return new Failure(
    'frozen',
    `${environment} is frozen until ${to.toISOString()}: ${reason}`,
    'Run it again after that, or change the freeze in environments/flow.yaml.',
  );
}
