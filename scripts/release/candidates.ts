import type { Relation } from '../git/ancestry.ts';
import type { Environment } from './flow.ts';
import { isSameImage, type Image } from './image.ts';
import type { Run } from './ledger.ts';
import type { Standing } from './rules.ts';

/** A release that the source has run, newer than what the target runs, and not taken back since. */
export interface Candidate {
  image: Image;
  /** When it came to the source, which has run it, or releases that contain it, ever since. */
  since: Date;
  /** Whether it was found healthy there; true when the flow does not ask for that. */
  isHealthy: boolean;
  /** When it will have soaked, or has; undefined when it left the source before. */
  ripe: Date | undefined;
}

/** Tells how a release relates to another: `unrelated` where it is not on the branch, undefined where there is no other. */
export type Relate = (to: Image, from: Image | undefined) => Relation | undefined;

/** The moment at which candidates are looked for, and how releases relate to one another. */
export interface Moment {
  now: Date;
  relate: Relate;
}

type Target = Pick<Standing, 'environment' | 'image'>;

/** Finds what may come to an environment from the runs of its source, newest first. */
export function listCandidates(runs: readonly Run[], target: Target, { now, relate }: Moment): Candidate[] {
  // An environment that was emptied has nothing to give.
  if (runs.at(-1)?.until) return [];
  return listStays(runs, target.image, relate).map((stay) => {
    const [{ image, since }] = stay;
    return { image, since, ...ripen(stay, target.environment, now) };
  });
}

/** Chooses a candidate when none is named: the newest ripe one, else the one that is ripe first, else the newest. */
export function chooseCandidate(candidates: readonly Candidate[], now: Date): Candidate | undefined {
  // The last moment of a Date, so that the newest one stays first of those that never ripen.
  const timeOf = ({ ripe }: Candidate) => ripe?.getTime() ?? 8.64e15;
  const ripe = candidates.find((candidate) => isRipe(candidate, now));
  return ripe ?? candidates.toSorted((a, b) => timeOf(a) - timeOf(b))[0];
}

/** Whether a candidate may come, as far as its time in the source goes. */
export function isRipe({ ripe }: Candidate, now: Date): boolean {
  return ripe !== undefined && ripe <= now;
}

/** The runs of one release, oldest first, where whatever ran in between contains it. */
type Stay = [Run, ...Run[]];

/** Goes back from the newest run to the one that the target contains. */
function listStays(runs: readonly Run[], running: Image | undefined, relate: Relate): Stay[] {
  const stays: Stay[] = [];
  // What each run since contains; more than one only where releases ran that are not related.
  let floor: Image[] = [];
  // The runs are not copied: there can be thousands, of which mostly a few are looked at.
  for (let back = -1, run = runs.at(back); run; back -= 1, run = runs.at(back)) {
    const { image } = run;
    const relations = floor.map((later) => relate(image, later));
    if (relations.includes('unrelated')) floor.push(image);
    if (relations.some((relation) => relation !== 'older' && relation !== 'same')) continue;
    if (!isWanted(image, running, relate, floor.length === 0)) break;
    const last = stays.at(-1);
    if (last && isSameImage(last[0].image, image)) last.unshift(run);
    // Of a release that was built again, the last image counts.
    else if (!relations.includes('same')) stays.push([run]);
    floor = [image];
  }
  return stays;
}

/** Whether it is newer than what runs, or the same built again, or what the source runs now, for values without a revision. */
function isWanted(image: Image, running: Image | undefined, relate: Relate, isPresent: boolean): boolean {
  const relation = relate(image, running);
  if (relation !== 'same') return relation === undefined || relation === 'newer';
  return !isSameImage(image, running) || (isPresent && running?.revision === '');
}

function ripen(stay: readonly Run[], { soak, healthy }: Environment, now: Date) {
  const starts = stay.flatMap(({ since, until, healthy: found }) => {
    // The time of a commit has whole seconds, also that of the promotion that is decided.
    const start = Math.floor(((healthy ? found : since) ?? now).getTime() / 1000) * 1000;
    // A verdict that came later is not known yet; a commit from a clock that is ahead counts as of now.
    if (healthy && (!found || start > now.getTime())) return [];
    return [{ start: Math.min(start, now.getTime()), until: until?.getTime() ?? Infinity }];
  });
  const times = starts
    .filter(({ start, until }) => soak.by === 'descent' || start + soak.for <= until)
    .map(({ start }) => start + soak.for);
  return { isHealthy: starts.length > 0, ripe: times.length > 0 ? new Date(Math.min(...times)) : undefined };
}
