import type { Commit, FileChanges } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { findDeliveryFaults } from './delivery-faults.ts';
import { findDelivery } from './delivery.ts';
import { findEdits } from './edits.ts';
import { breach, everyEnvironment, notice, refused, type Finding, type Found } from './finding.ts';
import { findFreeze, type Flow } from './flow.ts';
import { Ledger, type Claim } from './ledger.ts';
import type { Relate } from './candidates.ts';
import { findRuleChanges } from './rule-changes.ts';
import type { Verdict } from './verdict.ts';

/**
 * Replays the rules over the history, oldest first: judges each change as the command that makes such a change would have, and lets
 * the ledger take it in.
 */
export function auditHistory(
  { changes, verdicts }: { changes: readonly FileChanges[]; verdicts?: ReadonlyMap<string, readonly Verdict[]> },
  relate: Relate,
  isJudged: (commit: Commit) => boolean = () => true,
  ledger: Ledger = new Ledger(verdicts),
): Finding[] {
  const findings: Finding[] = [];
  for (const change of changes) {
    const claims = ledger.read(change);
    const found = isJudged(change.commit) ? auditChange(change, claims, ledger, relate) : [];
    findings.push(...found.map((one) => ({ ...one, commit: change.commit })));
    ledger.apply(change, claims);
  }
  return accept(findings, ledger.flow);
}

function auditChange(change: FileChanges, claims: readonly Claim[], ledger: Ledger, relate: Relate): Found[] {
  const found = [...findDoubt(change.commit), ...findRuleChanges(change, ledger)];
  // What such a merge brings cannot be judged. It is a breach itself, or a broken rule could be hidden in it.
  if (change.commit.doubt === 'both') return found;
  return [...found, ...claims.flatMap((claim) => auditClaim(change, claim, ledger, relate))];
}

/** Finds whether a merge leaves in doubt which of its sides was the branch, where that matters. */
function findDoubt(commit: Commit): Found[] {
  const { doubt } = commit;
  // A proposal that is merged counts from the merge, whichever side was the branch.
  if (!doubt || (doubt === 'neither' && findDelivery(commit)?.kind === 'promote')) return [];
  return [(doubt === 'both' ? breach : notice)(everyEnvironment, 'undecided', doubts[doubt])];
}

const doubts = {
  both: 'Both sides of this merge have deliveries, and nothing tells which one was the branch.',
  other: 'This merge brought a side that has deliveries, but was not the branch.',
  neither: 'Nothing tells which parent of this merge was the branch; the first one is taken for it.',
};

function auditClaim(change: FileChanges, { environment, values }: Claim, ledger: Ledger, relate: Relate): Found[] {
  if (values instanceof Failure) return [refused(environment, values)];
  const { flow } = ledger;
  // There were no rules yet.
  if (!flow) return [];
  const { commit } = change;
  const record = ledger.recordOf(environment);
  const freeze = findFreeze(flow, environment, commit.time);
  const stand = { environment, image: ledger.imageOf(environment), hold: record.hold, freeze };
  const image = values === 'removed' ? undefined : values.image;
  const faults = image ? findDeliveryFaults({ change, to: image, stand, flow, ledger, relate }) : [];
  const isJudged = faults.some(({ severity }) => severity === 'breach');
  return [...faults, ...findEdits(stand, record, { commit, values, isJudged })];
}

/** A breach that the flow has accepted since is a notice. */
function accept(findings: readonly Finding[], flow: Flow | undefined): Finding[] {
  return findings.map((finding) => {
    const accepted = flow?.accepted.find(({ commit }) => commit === finding.commit.sha);
    if (!accepted || finding.severity === 'notice') return finding;
    return { ...finding, severity: 'notice', message: `${finding.message}\nAccepted: ${accepted.reason}` };
  });
}
