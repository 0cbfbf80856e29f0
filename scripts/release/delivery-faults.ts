import type { Commit, FileChanges } from '../git/file-history.ts';
import type { Relation } from '../git/ancestry.ts';
import { Failure } from '../shell/failure.ts';
import type { Moment, Relate } from './candidates.ts';
import { findDeliveryOf } from './delivery.ts';
import type { Stand } from './edits.ts';
import { breach, notice, refused, type Found } from './finding.ts';
import { requireEnvironment, type Environment, type Flow } from './flow.ts';
import { holdPath } from './hold.ts';
import { isSameImage, type Image } from './image.ts';
import { attempt, type Ledger } from './ledger.ts';
import { judgeOverridden } from './override.ts';
import { listRefusals, unrelated } from './refusals.ts';
import { judgeDeploy, judgePromotion, judgeRollback, type Coming, type Ruling, type Standing } from './rules.ts';

/** A change of what an environment runs, and the moment before it. */
interface Arrival {
  change: FileChanges;
  to: Image;
  stand: Stand;
  flow: Flow;
  ledger: Ledger;
}

/** Finds what a change of the release breaks: what the command that makes such a change would have refused. */
export function findDeliveryFaults(arrival: Arrival, relate: Relate): Found[] {
  const { change, to, stand, flow } = arrival;
  const { environment: name, image: from } = stand;
  if (isSameImage(from, to)) {
    const isSame = from?.revision === to.revision || relate(to, from) === 'same';
    return isSame ? [] : [refused(name, unrelated(name, from, to))];
  }
  const environment = attempt(() => requireEnvironment(flow, name));
  if (environment instanceof Failure) return [refused(name, environment)];
  const relation = relationOf(arrival, relate);
  const standing = { ...stand, environment };
  if (findDeliveryOf(change.commit, name, to)?.kind !== 'rollback') {
    const found = judgeArrival(arrival, standing, { relation, relate });
    return [...found, ...findSelfMerge(environment, to, change.commit)];
  }
  const isRelease = relation !== 'unrelated' || relate(to, undefined) !== 'unrelated';
  const faults = isRelease ? [] : [refused(name, unrelated(name, from, to))];
  return [...faults, ...judgeReturn(arrival, standing, relation)];
}

/** How it stands to what runs, or to what ran before it was emptied: that way leads to nothing older. */
function relationOf({ to, stand, ledger }: Arrival, relate: Relate): Relation | undefined {
  const last = ledger.recordOf(stand.environment).runs.at(-1)?.image;
  if (stand.image || !last) return relate(to, stand.image);
  const relation = relate(to, last);
  return relation === 'older' ? relation : relate(to, undefined);
}

function judgeReturn({ change, to, ledger }: Arrival, standing: Standing, relation: Relation | undefined): Found[] {
  const { name } = standing.environment;
  const { runs } = ledger.recordOf(name);
  const ruling = attempt(() => judgeRollback(standing, to, runs));
  // Then what is newer mends it, and nothing has to keep it out.
  const failed = runs.at(-1)?.failed;
  const hasFailed = failed !== undefined && failed <= change.commit.time;
  const path = holdPath(name);
  const after = change.files.has(path) ? (change.files.get(path) ?? change.irregular.has(path)) : standing.hold;
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
  { relation, relate }: { relation: Relation | undefined; relate: Relate },
): Found[] {
  const { name } = standing.environment;
  const told = findDeliveryOf(change.commit, name, to);
  const delivery = told?.kind === 'promote' ? told : undefined;
  const moment = { now: change.commit.time, relate };
  const coming = { to, relation, rival: ledger.findRival(to) };
  const { ruling, broken } = judgeOverridden(standing, delivery?.override ?? [], (relaxed) =>
    judge(ledger, relaxed, coming, moment),
  );
  if (ruling instanceof Failure) return listRefusals(ruling).map((failure) => refused(name, failure));
  if (ruling !== 'superseded')
    return broken.map(({ rule, failure }) => {
      const why = delivery?.reason ?? 'no reason given';
      return notice(name, 'overridden', `${failure.message}\n${rule} was overridden: ${why}`);
    });
  const last = ledger.recordOf(name).runs.at(-1)?.image.tag;
  return [breach(name, 'backwards', `${to.tag} is older than ${String(last)}.`)];
}

function judge(ledger: Ledger, standing: Standing, coming: Coming, moment: Moment): Ruling {
  const { from } = standing.environment;
  if (from === undefined) return judgeDeploy(standing, coming);
  const { hold, runs } = ledger.recordOf(from);
  return judgePromotion(standing, coming, { name: from, hold, runs }, moment);
}

/** Where somebody else is to decide, and Git knows of nobody else. */
function findSelfMerge({ name, via }: Environment, { tag }: Image, { author, committer, merged }: Commit): Found[] {
  if (via !== 'merge-request') return [];
  const [proposer, mergers] = merged ? [merged.author, [author, committer]] : [author, [committer]];
  if (!mergers.includes(proposer)) return [];
  const message = `${tag} came to ${name} by ${proposer} alone, where a merge request lets somebody else decide.`;
  return [notice(name, 'self-merged', message)];
}
