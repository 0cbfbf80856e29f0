import type { Failure } from '../shell/failure.ts';
import type { Relation } from '../git/ancestry.ts';
import { isRipe, listCandidates, type Moment } from './candidates.ts';
import type { Environment } from './flow.ts';
import type { Window } from './freeze.ts';
import type { Hold } from './hold.ts';
import { isSameImage, type Image } from './image.ts';
import type { EnvironmentRecord, Run } from './ledger.ts';
import { refuseFor, refusals } from './refusals.ts';

/** How an environment stands at a moment: what it runs, and what closes it to deliveries. */
export interface Standing {
  environment: Environment;
  /** What it runs; undefined while it has run nothing. */
  image: Image | undefined;
  hold: Hold | undefined;
  freeze: Window | undefined;
}

/** A release that is to come, and how it relates to the one that runs; undefined when nothing runs. */
export interface Coming {
  to: Image;
  relation: Relation | undefined;
  /** An image that ran before and contradicts it: a release has one image, and an image one release. */
  rival?: Image | undefined;
}

/** The environment that a promotion comes from. */
export type Source = Pick<EnvironmentRecord, 'hold' | 'runs'> & { name: string };

/** What becomes of a delivery: nothing to do is an answer, not a failure. */
export type Ruling = 'changed' | 'unchanged' | 'superseded';

/** Decides whether a release may come into an environment by a deploy; what the rules refuse is thrown. */
export function judgeDeploy(standing: Standing, coming: Coming): Ruling {
  requireFirst(standing.environment);
  const ruling = judgeOrder(standing, coming);
  if (ruling !== 'changed') return ruling;
  requireOneImage(coming);
  refuseFor(listClosed(standing));
  return ruling;
}

/** @throws {Failure} `out-of-order` where releases come from another environment. */
export function requireFirst({ name, from }: Environment): void {
  if (from !== undefined) throw refusals.outOfOrder(name, from);
}

/** Decides the same for a promotion: its source must have run the release, and not have gone back from it. */
export function judgePromotion(
  standing: Standing,
  coming: Coming,
  { name: source, hold, runs }: Source,
  moment: Moment,
): Ruling {
  const { environment } = standing;
  const { to } = coming;
  const ruling = judgeOrder(standing, coming);
  if (ruling !== 'changed') return ruling;
  // The release is mostly one of the last that ran.
  if (!runs.findLast(({ image }) => isSameImage(image, to))) throw refusals.outOfOrder(environment.name, source);
  requireOneImage(coming);
  const candidate = listCandidates(runs, standing, moment).find(({ image }) => isSameImage(image, to));
  if (!candidate) throw refusals.takenBack(environment.name, source, to);
  refuseFor([
    ...(hold ? [refusals.held('source-held', source, hold)] : []),
    ...(isRipe(candidate, moment.now) ? [] : [refusals.notRipe(environment, source, candidate)]),
    ...listClosed(standing),
  ]);
  return ruling;
}

/** Decides whether an environment may return to a release: no soak, freeze or hold of a rollback keeps it from that. */
export function judgeRollback(
  { environment, image, hold }: Omit<Standing, 'freeze'>,
  to: Image,
  runs: readonly Run[],
): Ruling {
  if (isSameImage(image, to)) return 'unchanged';
  if (!runs.findLast((run) => isSameImage(run.image, to))) throw refusals.neverRan(environment.name, to.tag);
  if (hold && !isOfRollback(hold, runs.at(-1))) throw refusals.held('held', environment.name, hold);
  return 'changed';
}

function judgeOrder({ environment, image: from }: Standing, { to, relation }: Coming): Ruling {
  if (relation === 'older') return 'superseded';
  if (relation === 'unrelated') throw refusals.unrelated(environment.name, from, to);
  // Values that lack the revision get it.
  return isSameImage(from, to) && from?.revision === to.revision ? 'unchanged' : 'changed';
}

function requireOneImage({ to, rival }: Coming): void {
  if (rival) throw refusals.otherDigest(to, rival);
}

function listClosed({ environment, hold, freeze }: Standing): Failure[] {
  return [
    ...(hold ? [refusals.held('held', environment.name, hold)] : []),
    ...(freeze ? [refusals.frozen(environment.name, freeze)] : []),
  ];
}

function isOfRollback({ reason }: Hold, run: Run | undefined): boolean {
  return run?.version.kind === 'rollback' && run.version.reason === reason;
}
