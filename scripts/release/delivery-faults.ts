import type { Commit, FileChanges } from '../git/file-history.ts';
import type { Relation } from '../git/tip.ts';
import { Failure } from '../shell/failure.ts';
import { findDelivery } from './delivery.ts';
import type { Stand } from './edits.ts';
import { breach, notice, refused } from './finding.ts';
import type { Found } from './finding.ts';
import { requireEnvironment } from './flow.ts';
import type { Environment, Flow } from './flow.ts';
import { holdPath } from './hold.ts';
import { isSameImage } from './image.ts';
import type { Image } from './image.ts';
import { attempt } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { judgeDeploy, judgePromotion, judgeRollback, unrelated } from './rules.ts';
import type { Coming, Ruling, Standing } from './rules.ts';

/**
 * Finds how the release of one image stands to that of another: `unrelated` where the first one is no commit of the
 * branch, undefined where there is nothing else to compare it with.
 */
export type Relate = (to: Image, from: Image | undefined) => Promise<Relation | undefined>;

/** A change of what an environment runs, and the moment before it. */
interface Arrival {
  change: FileChanges;
  to: Image;
  stand: Stand;
  flow: Flow;
  ledger: Ledger;
}

/** Finds what a change of the release breaks: what the command that makes such a change would have refused. */
export async function findDeliveryFaults(arrival: Arrival, relate: Relate): Promise<Found[]> {
  const { change, to, stand, flow } = arrival;
  const { environment: name, image: from } = stand;
  if (isSameImage(from, to)) {
    const isSame = from?.revision === to.revision || (await relate(to, from)) === 'same';
    return isSame ? [] : [refused(name, unrelated(name, from, to))];
  }
  const environment = attempt(() => requireEnvironment(flow, name));
  if (environment instanceof Failure) return [refused(name, environment)];
  const relation = await relationOf(arrival, relate);
  const isRollback = isRollbackOf(name, to, change.commit);
  const standing = { ...stand, environment };
  if (!isRollback) {
    const found = judgeArrival(arrival, standing, relation);
    return [...found, ...findSelfMerge(environment, to, change.commit)];
  }
  const isRelease = relation !== 'unrelated' || (await relate(to, undefined)) !== 'unrelated';
  const faults = isRelease ? [] : [refused(name, unrelated(name, from, to))];
  return [...faults, ...judgeReturn(arrival, standing, relation)];
}

/** How it stands to what runs, or to what ran before it was emptied: that way leads to nothing older. */
async function relationOf({ to, stand, ledger }: Arrival, relate: Relate): Promise<Relation | undefined> {
  const last = ledger.recordOf(stand.environment).runs.at(-1)?.image;
  if (stand.image || !last) return relate(to, stand.image);
  const relation = await relate(to, last);
  return relation === 'older' ? relation : relate(to, undefined);
}

function isRollbackOf(name: string, to: Image, commit: Commit): boolean {
  const delivery = findDelivery(commit);
  return delivery?.kind === 'rollback' && delivery.environment === name && delivery.tag === to.tag;
}

function judgeReturn(
  { change, to, ledger }: Arrival,
  standing: Standing,
  relation: Relation | undefined,
): Found[] {
  const { name } = standing.environment;
  const { runs } = ledger.recordOf(name);
  const ruling = attempt(() => judgeRollback(standing, to, runs));
  // Then what is newer mends it, and nothing has to keep it out.
  const failed = runs.at(-1)?.failed;
  const hasFailed = failed !== undefined && failed <= change.commit.time;
  const path = holdPath(name);
  const after = change.files.has(path)
    ? (change.files.get(path) ?? change.irregular.has(path))
    : standing.hold;
  return [
    ...(ruling instanceof Failure ? [refused(name, ruling)] : []),
    ...(after || hasFailed
      ? []
      : [breach(name, 'not-held', `${name} went back to ${to.tag}, and was not held there.`)]),
    ...(relation === 'newer'
      ? [notice(name, 'forwards', `A rollback took ${name} to ${to.tag}, which is newer.`)]
      : []),
  ];
}

function judgeArrival(
  { change, to, ledger }: Arrival,
  standing: Standing,
  relation: Relation | undefined,
): Found[] {
  const { name } = standing.environment;
  const ruling = attempt(() =>
    judge(ledger, standing, { to, relation, rival: ledger.findRival(to) }, change.commit.time),
  );
  if (ruling instanceof Failure) return [refused(name, ruling)];
  if (ruling !== 'superseded') return [];
  const last = ledger.recordOf(name).runs.at(-1)?.image.tag;
  return [breach(name, 'backwards', `${to.tag} is older than ${String(last)}.`)];
}

function judge(ledger: Ledger, standing: Standing, coming: Coming, time: Date): Ruling {
  const { from } = standing.environment;
  if (from === undefined) return judgeDeploy(standing, coming);
  const { hold, runs } = ledger.recordOf(from);
  return judgePromotion(standing, coming, { name: from, hold, runs }, time);
}

/** Where somebody else is to decide, and Git knows of nobody else. */
function findSelfMerge(
  { name, via }: Environment,
  { tag }: Image,
  { author, committer, merged }: Commit,
): Found[] {
  if (via !== 'merge-request') return [];
  const [proposer, mergers] = merged ? [merged.author, [author, committer]] : [author, [committer]];
  if (!mergers.includes(proposer)) return [];
  const message = `${tag} came to ${name} by ${proposer} alone, where a merge request lets somebody else decide.`;
  return [notice(name, 'self-merged', message)];
}
