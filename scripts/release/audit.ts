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
import { judgeDeploy, judgePromotion, judgeRollback, outOfOrder } from './rules.ts';
import type { Facts, Verdict } from './rules.ts';

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
  const relation = from && (await relate(to, from));
  const verdict = attempt(() => judge(commit, environment, to, { flow, ledger, relation }));
  const owner = to.digest === '' ? undefined : ledger.tagOf(to.digest);
  return [
    ...(verdict instanceof Failure ? [breach(verdict.code, verdict.message)] : []),
    ...(verdict === 'superseded'
      ? [breach('backwards', `${to.tag} is older than ${String(from?.tag)}.`)]
      : []),
    ...(owner !== undefined && !isSameRelease(owner, to.tag)
      ? [breach('other-digest', `${to.digest} is the image of ${owner}, not of ${to.tag}.`)]
      : []),
  ];
}

function judge(
  commit: Commit,
  name: string,
  to: Image,
  { flow, ledger, relation }: { flow: Flow; ledger: Ledger; relation: Relation | undefined },
): Verdict {
  const environment = requireEnvironment(flow, name);
  const from = ledger.imageOf(name);
  const facts: Facts = {
    environment,
    from,
    to,
    relation,
    hold: ledger.holdOf(name),
    freeze: findFreeze(flow, name, commit.time),
  };
  const delivery = findDelivery(commit);
  if (delivery?.kind === 'rollback' && delivery.environment === name && delivery.tag === to.tag) {
    return judgeRollback(
      facts,
      ledger.runsOf(name).map(({ image }) => image),
    );
  }
  return environment.from === undefined
    ? judgeDeploy(facts)
    : judgeAfter(environment.from, facts, commit, ledger);
}

function judgeAfter(source: string, facts: Facts, { time }: Commit, ledger: Ledger): Verdict {
  const { environment, to } = facts;
  const runs = ledger.runsOf(source).filter(({ image }) => isSameImage(image, to));
  // A merge request may be merged when its source has moved on; every other promotion copies what the source runs.
  const run =
    environment.via === 'merge-request' ? runs.at(-1) : runs.find(({ until }) => until === undefined);
  if (!run) throw outOfOrder(environment.name, source);
  const { since, until } = run;
  return judgePromotion({
    ...facts,
    source: { name: source, hold: ledger.holdOf(source), since, until },
    now: time,
  });
}
