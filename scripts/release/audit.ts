import type { Commit, FileChanges } from '../git/file-history.ts';
import type { Relation } from '../git/tip.ts';
import { Failure } from '../shell/failure.ts';
import type { FailureCode } from '../shell/failure.ts';
import { findDelivery } from './delivery.ts';
import { findFreeze, requireEnvironment } from './flow.ts';
import type { Flow } from './flow.ts';
import { isSameImage, isSameRelease } from './image.ts';
import type { Image } from './image.ts';
import { attempt, Ledger } from './ledger.ts';
import type { Claim } from './ledger.ts';
import { judgeDeploy, judgePromotion, judgeRollback } from './rules.ts';
import type { Coming, Ruling, Standing } from './rules.ts';

/** A change that the rules, as they stood, did not allow. */
export interface Breach {
  commit: Commit;
  environment: string;
  rule: FailureCode | 'backwards' | 'other-digest';
  message: string;
}

/** Finds how the release of one image stands to that of another. */
export type Relate = (to: Image, from: Image) => Promise<Relation>;

/**
 * Replays the rules over the history of the environments, oldest first: each change of a release is judged by the
 * flow, the runs, the holds and the freezes as they stood before it, as the command that makes such a change would.
 */
export async function auditHistory(changes: readonly FileChanges[], relate: Relate): Promise<Breach[]> {
  const ledger = new Ledger();
  const breaches: Breach[] = [];
  for (const change of changes) {
    const claims = ledger.read(change);
    for (const claim of claims) breaches.push(...(await auditClaim(change.commit, claim, ledger, relate)));
    ledger.apply(change, claims);
  }
  return breaches;
}

async function auditClaim(
  commit: Commit,
  { environment, image: to }: Claim,
  ledger: Ledger,
  relate: Relate,
): Promise<Breach[]> {
  const breach = (rule: Breach['rule'], message: string) => ({ commit, environment, rule, message });
  if (to instanceof Failure) return [breach(to.code, to.message)];
  const from = ledger.imageOf(environment);
  const { flow } = ledger;
  // A change of anything else, an environment that is emptied, or a time before there were rules.
  if (!to || isSameImage(from, to) || !flow) return [];
  const coming = { to, relation: from && (await relate(to, from)) };
  const ruling = attempt(() => judge(ledger, standingOf(ledger, flow, environment, commit), coming, commit));
  const owner = to.digest === '' ? undefined : ledger.tagOf(to.digest);
  return [
    ...(ruling instanceof Failure ? [breach(ruling.code, ruling.message)] : []),
    ...(ruling === 'superseded'
      ? [breach('backwards', `${to.tag} is older than ${String(from?.tag)}.`)]
      : []),
    ...(owner !== undefined && !isSameRelease(owner, to.tag)
      ? [breach('other-digest', `${to.digest} is the image of ${owner}, not of ${to.tag}.`)]
      : []),
  ];
}

function standingOf(ledger: Ledger, flow: Flow, name: string, { time }: Commit): Standing {
  return {
    environment: requireEnvironment(flow, name),
    image: ledger.imageOf(name),
    hold: ledger.recordOf(name).hold,
    freeze: findFreeze(flow, name, time),
  };
}

function judge(ledger: Ledger, standing: Standing, coming: Coming, commit: Commit): Ruling {
  const { name, from } = standing.environment;
  const delivery = findDelivery(commit);
  if (delivery?.kind === 'rollback' && delivery.environment === name && delivery.tag === coming.to.tag) {
    return judgeRollback(standing, coming.to, ledger.recordOf(name).runs);
  }
  if (from === undefined) return judgeDeploy(standing, coming);
  const { hold, runs } = ledger.recordOf(from);
  return judgePromotion(standing, coming, { name: from, hold, runs }, commit.time);
}
