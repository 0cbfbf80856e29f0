import type { Commit, FileChanges } from '../git/file-history.ts';
import type { Relation } from '../git/ancestry.ts';
import { Failure } from '../shell/failure.ts';
import type { Relate } from './candidates.ts';
import { findDeliveryOf } from './delivery.ts';
import type { Stand } from './edits.ts';
import { breach, notice, refused, type Found } from './finding.ts';
import { requireEnvironment, type Environment, type Flow } from './flow.ts';
import { holdPath } from './hold.ts';
import { isSameImage, type Image } from './image.ts';
import { attempt, type Ledger } from './ledger.ts';
import { listRefusals, refusals } from './refusals.ts';
import { judgeDeploy, judgeOverridden, judgePromotion, judgeRollback, type Standing } from './rules.ts';

/** A change of what an environment runs, and the moment before it. */
interface Arrival {
  change: FileChanges;
  to: Image;
  stand: Stand;
  flow: Flow;
  ledger: Ledger;
  relate: Relate;
}

/** Finds what a change of the release breaks: what the command that makes such a change would have refused. */
export function findDeliveryFaults(arrival: Arrival): Found[] {
  const { change, to, stand, flow, relate } = arrival;
  const { environment: name, image: from } = stand;
  const astray = [refused(name, refusals.unrelated(name, from, to))];
  if (isSameImage(from, to)) return from?.revision === to.revision || relate(to, from) === 'same' ? [] : astray;
  const environment = attempt(() => requireEnvironment(flow, name));
  if (environment instanceof Failure) return [refused(name, environment)];
  const standing = { ...stand, environment };
  const delivery = findDeliveryOf(change.commit, name, to);
  if (delivery?.kind === 'rollback') return judgeReturn(arrival, standing, astray);
  const found = judgeArrival(arrival, standing, delivery?.kind === 'promote' ? delivery : undefined);
  return [...found, ...findSelfMerge(environment, to, change.commit)];
}

/** How it relates to what runs, or to what ran last: an environment that was emptied still takes nothing older. */
function relationOf({ to, stand, ledger, relate }: Arrival): Relation | undefined {
  const last = ledger.recordOf(stand.environment).runs.at(-1)?.image;
  if (stand.image || !last) return relate(to, stand.image);
  const relation = relate(to, last);
  return relation === 'older' ? relation : relate(to, undefined);
}

function judgeReturn(arrival: Arrival, standing: Standing, astray: readonly Found[]): Found[] {
  const { change, to, ledger, relate } = arrival;
  const { name } = standing.environment;
  const { runs } = ledger.recordOf(name);
  const relation = relationOf(arrival);
  const isRelease = relation !== 'unrelated' || relate(to, undefined) !== 'unrelated';
  const ruling = attempt(() => judgeRollback(standing, to, runs));
  const found = [...(isRelease ? [] : astray), ...(ruling instanceof Failure ? [refused(name, ruling)] : [])];
  // After a failure no hold is needed: a newer release is to come.
  const failed = runs.at(-1)?.failed;
  const hasFailed = failed !== undefined && failed <= change.commit.time;
  const path = holdPath(name);
  const after = change.files.has(path) ? (change.files.get(path) ?? change.irregular.has(path)) : standing.hold;
  if (!after && !hasFailed)
    found.push(breach(name, 'not-held', `${name} went back to ${to.tag}, and was not held there.`));
  if (relation === 'newer')
    found.push(notice(name, 'forwards', `A rollback took ${name} to ${to.tag}, which is newer.`));
  return found;
}

function judgeArrival(arrival: Arrival, standing: Standing, promotion: ReturnType<typeof findDeliveryOf>): Found[] {
  const { change, to, ledger, relate } = arrival;
  const { name, from } = standing.environment;
  const moment = { now: change.commit.time, relate };
  const coming = { to, relation: relationOf(arrival), rival: ledger.findRival(to) };
  const { ruling, broken } = judgeOverridden(standing, promotion?.override ?? [], (relaxed) => {
    if (from === undefined) return judgeDeploy(relaxed, coming);
    const { hold, runs } = ledger.recordOf(from);
    return judgePromotion(relaxed, coming, { name: from, hold, runs }, moment);
  });
  const breaches = ruling instanceof Failure ? listRefusals(ruling).map((failure) => refused(name, failure)) : [];
  if (ruling === 'superseded') {
    const last = ledger.recordOf(name).runs.at(-1)?.image.tag;
    breaches.push(breach(name, 'backwards', `${to.tag} is older than ${String(last)}.`));
  }
  const why = promotion?.reason ?? 'no reason given';
  // Also an override that was not needed is told: a commit from a clock that was ahead counts later than it was made.
  const allowed = promotion?.override.filter((rule) => standing.environment.override.includes(rule)) ?? [];
  const overridden = allowed.map((rule) => {
    const failure = broken.find((one) => one.rule === rule)?.failure;
    return notice(name, 'overridden', [failure?.message, `${rule} was overridden: ${why}`].filter(Boolean).join('\n'));
  });
  return [...breaches, ...overridden];
}

/** Finds a promotion that somebody else was to merge, when Git names nobody else. */
function findSelfMerge({ name, via }: Environment, { tag }: Image, { author, committer, merged }: Commit): Found[] {
  if (via !== 'merge-request') return [];
  const [proposer, mergers] = merged ? [merged.author, [author, committer]] : [author, [committer]];
  if (!mergers.includes(proposer)) return [];
  const message = `${tag} was brought to ${name} by ${proposer} alone, where somebody else has to merge it.`;
  return [notice(name, 'self-merged', message)];
}
