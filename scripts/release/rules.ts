import { Failure } from '../shell/failure.ts';
import type { Relation } from '../git/tip.ts';
import { formatDuration } from './duration.ts';
import type { Environment } from './flow.ts';
import type { Window } from './freeze.ts';
import type { Hold } from './hold.ts';
import { isSameImage } from './image.ts';
import type { Image } from './image.ts';
import type { Run } from './ledger.ts';

/** How an environment stands at a moment: what it runs, and what keeps it. */
export interface Standing {
  environment: Environment;
  /** What it runs; undefined while it has run nothing. */
  image: Image | undefined;
  hold: Hold | undefined;
  freeze: Window | undefined;
}

/** A release that is to come, and how it stands to the one that runs; undefined where there is none to compare it with. */
export interface Coming {
  to: Image;
  relation: Relation | undefined;
  /** An image that ran before and contradicts it: a release has one image, and an image one release. */
  rival?: Image | undefined;
}

/** The environment that a promotion comes from. */
export interface Source {
  name: string;
  hold: Hold | undefined;
  runs: readonly Run[];
}

/** What becomes of a delivery: nothing to do is an answer, not a failure. */
export type Ruling = 'changed' | 'unchanged' | 'superseded';

/**
 * Decides whether a release may come into an environment by a deploy.
 * @throws {Failure} `out-of-order`, `unrelated`, `other-digest`, `held` or `frozen` when it may not.
 */
export function judgeDeploy(standing: Standing, coming: Coming): Ruling {
  requireFirst(standing.environment);
  const ruling = judgeOrder(standing, coming);
  if (ruling !== 'changed') return ruling;
  requireOneImage(coming);
  requireOpen(standing);
  return ruling;
}

/** @throws {Failure} `out-of-order` where releases come from another environment. */
export function requireFirst({ name, from }: Environment): void {
  if (from !== undefined) throw outOfOrder(name, from);
}

/**
 * Decides whether a release may come into an environment from the one before it.
 * @throws {Failure} `out-of-order`, `unrelated`, `other-digest`, `source-held`, `not-soaked`, `held` or `frozen` when it may not.
 */
export function judgePromotion(standing: Standing, coming: Coming, source: Source, now: Date): Ruling {
  const { environment } = standing;
  const ruling = judgeOrder(standing, coming);
  if (ruling !== 'changed') return ruling;
  const run = findRun(source, coming.to, environment);
  if (!run) throw outOfOrder(environment.name, source.name);
  requireOneImage(coming);
  if (source.hold) throw held('source-held', source.name, source.hold);
  const soaked = (run.until ?? now).getTime() - run.since.getTime();
  // Without a soak there is no waiting, though the source's commit may come from a clock that is ahead.
  if (environment.soak.for > 0 && soaked < environment.soak.for)
    throw notSoaked(environment, source.name, run);
  requireOpen(standing);
  return ruling;
}

/**
 * Decides whether an environment may return to a release. No soak and no freeze keeps it from going back.
 * @throws {Failure} `never-ran` or `held` when it may not.
 */
export function judgeRollback(
  { environment, image, hold }: Omit<Standing, 'freeze'>,
  to: Image,
  runs: readonly Run[],
): Ruling {
  if (isSameImage(image, to)) return 'unchanged';
  if (!runs.some((run) => isSameImage(run.image, to))) throw neverRan(environment.name, to.tag);
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

/** A merge request may be merged when its source has moved on; every other promotion copies what the source runs. */
function findRun({ runs }: Source, to: Image, { via }: Environment): Run | undefined {
  return runs.findLast(
    ({ image, until }) => isSameImage(image, to) && (via === 'merge-request' || until === undefined),
  );
}

function judgeOrder({ environment, image: from }: Standing, { to, relation }: Coming): Ruling {
  if (relation === 'older') return 'superseded';
  if (relation === 'unrelated') throw unrelated(environment.name, from, to);
  // Values that do not say the revision yet get it.
  return isSameImage(from, to) && from?.revision === to.revision ? 'unchanged' : 'changed';
}

function requireOneImage({ to, rival }: Coming): void {
  if (rival) throw otherDigest(to, rival);
}

function requireOpen({ environment, hold, freeze }: Standing): void {
  if (hold) throw held('held', environment.name, hold);
  if (freeze) throw frozen(environment.name, freeze);
}

function outOfOrder(name: string, source: string): Failure {
  return new Failure(
    'out-of-order',
    `${name} takes what ${source} runs, and nothing else.`,
    `Run: npm run promote -- ${name}`,
  );
}

function otherDigest({ tag, digest }: Image, rival: Image): Failure {
  return new Failure(
    'other-digest',
    rival.digest === digest
      ? `${digest} is the image of ${rival.tag}, not of ${tag}.`
      : `${tag} ran with the image ${rival.digest} before, not with ${digest}.`,
    'A release has one image: deliver a new commit, whose image has a tag of its own.',
  );
}

/** What is no commit of the branch, or does not contain what runs. */
export function unrelated(environment: string, from: Image | undefined, to: Image): Failure {
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

function notSoaked({ name, soak }: Environment, source: string, { image, since }: Run): Failure {
  const ripe = new Date(since.getTime() + soak.for);
  return new Failure(
    'not-soaked',
    `${name} takes what has run in ${source} for ${formatDuration(soak.for)}; ${image.tag} will have at ${ripe.toISOString()}.`,
    'Run it again then.',
  );
}

function frozen(environment: string, { reason, to }: Window): Failure {
  return new Failure(
    'frozen',
    `${environment} is frozen until ${to.toISOString()}: ${reason}`,
    'Run it again after that, or change the freeze in environments/flow.yaml.',
  );
}
