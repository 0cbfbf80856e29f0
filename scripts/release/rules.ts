import { Failure, type FailureCode } from '../shell/failure.ts';
import type { Relation } from '../git/ancestry.ts';
import { isRipe, listCandidates, type Moment } from './candidates.ts';
import type { Environment, Overridable } from './flow.ts';
import type { Window } from './freeze.ts';
import type { Hold } from './hold.ts';
import { isSameImage, type Image } from './image.ts';
import { attempt, type EnvironmentRecord, type Run } from './ledger.ts';
import { listRefusals, refuseFor, refusals } from './refusals.ts';

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
  if (coming.rival) throw refusals.otherDigest(coming.to, coming.rival);
  refuseFor(listClosed(standing));
  return ruling;
}

/** @throws {Failure} `out-of-order` where releases come from another environment. */
export function requireFirst({ name, from }: Environment): void {
  if (from !== undefined) throw refusals.outOfOrder(name, from);
}

/** Decides the same for a promotion: its source must have run the release, and not have gone back from it. */
export function judgePromotion(standing: Standing, coming: Coming, source: Source, moment: Moment): Ruling {
  const { environment } = standing;
  const { to, rival } = coming;
  const { name: from, hold, runs } = source;
  const ruling = judgeOrder(standing, coming);
  if (ruling !== 'changed') return ruling;
  // The release is mostly one of the last that ran.
  if (!runs.findLast(({ image }) => isSameImage(image, to))) throw refusals.outOfOrder(environment.name, from);
  if (rival) throw refusals.otherDigest(to, rival);
  const candidate = listCandidates(runs, standing, moment).find(({ image }) => isSameImage(image, to));
  if (!candidate) throw refusals.takenBack(environment.name, from, to);
  refuseFor([
    ...(hold ? [refusals.held('source-held', from, hold)] : []),
    ...(isRipe(candidate, moment.now) ? [] : [refusals.notRipe(environment, from, candidate)]),
    ...listClosed(standing),
  ]);
  return ruling;
}

/** Decides whether an environment may return to a release: no soak, freeze or hold of a rollback keeps it from that. */
export function judgeRollback({ environment, image, hold }: Omit<Standing, 'freeze'>, to: Image, runs: readonly Run[]) {
  if (isSameImage(image, to)) return 'unchanged';
  if (!runs.findLast((run) => isSameImage(run.image, to))) throw refusals.neverRan(environment.name, to.tag);
  if (hold && !isOfRollback(hold, runs.at(-1))) throw refusals.held('held', environment.name, hold);
  return 'changed';
}

/** The refusals that an override lets past, by its name. */
const codes: Record<Overridable, FailureCode> = { healthy: 'no-verdict', soak: 'not-soaked', freeze: 'frozen' };

/** Judges a promotion, and judges it again without each rule that it breaks, while that is overridden and the flow allows it. */
export function judgeOverridden(
  standing: Standing,
  override: readonly Overridable[],
  judge: (standing: Standing) => Ruling,
) {
  const broken: { rule: Overridable; failure: Failure }[] = [];
  // Each rule is overridden once, so that this ends.
  const left = new Set(override.filter((rule) => standing.environment.override.includes(rule)));
  for (let relaxed = standing; ;) {
    const ruling = attempt(() => judge(relaxed));
    if (!(ruling instanceof Failure)) return { ruling, broken };
    const [next] = [...left].flatMap((rule) => {
      const failure = listRefusals(ruling).find(({ code }) => code === codes[rule]);
      return failure ? [{ rule, failure }] : [];
    });
    if (!next) return { ruling, broken };
    left.delete(next.rule);
    broken.push(next);
    relaxed = relax(relaxed, next.rule);
  }
}

/** @throws {Failure} `not-overridable` where the flow does not let all of the rules be overridden. */
export function requireOverridable({ name, override }: Environment, rules: readonly Overridable[]): void {
  const kept = rules.filter((rule) => !override.includes(rule));
  if (kept.length === 0) return;
  const hint = 'What may be overridden stands in environments/flow.yaml, as "override" of the environment.';
  throw new Failure('not-overridable', `${name} does not let ${kept.join(' and ')} be overridden.`, hint);
}

function judgeOrder({ environment, image: from }: Standing, { to, relation }: Coming): Ruling {
  if (relation === 'older') return 'superseded';
  if (relation === 'unrelated') throw refusals.unrelated(environment.name, from, to);
  // Values that lack the revision get it.
  return isSameImage(from, to) && from?.revision === to.revision ? 'unchanged' : 'changed';
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

function relax(standing: Standing, rule: Overridable): Standing {
  if (rule === 'freeze') return { ...standing, freeze: undefined };
  const relaxed = rule === 'soak' ? { soak: { ...standing.environment.soak, for: 0 } } : { healthy: false };
  return { ...standing, environment: { ...standing.environment, ...relaxed } };
}
