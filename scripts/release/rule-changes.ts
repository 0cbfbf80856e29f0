import type { FileChanges } from '../git/file-history.ts';
import { Failure } from '../shell/failure.ts';
import { findDelivery } from './delivery.ts';
import { everyEnvironment, breach, notice, refused, type Found } from './finding.ts';
import { flowPath, parseFlow, type Flow } from './flow.ts';
import { heldEnvironment, holdPath, parseHold } from './hold.ts';
import { attempt, type Ledger } from './ledger.ts';
import { findLoosenings } from './loosening.ts';
import { findStray } from './strays.ts';

/** Finds what a commit does to the rules themselves: to the flow, the holds, and files that could be taken for them. */
export function findRuleChanges(change: FileChanges, ledger: Ledger): Found[] {
  return [...change.files].flatMap(([path, bytes]): Found[] => {
    const isRegular = !change.irregular.has(path);
    const stray = bytes === undefined && isRegular ? undefined : findStray(path, isRegular);
    if (stray) return [refused(stray.environment ?? everyEnvironment, stray.failure)];
    if (path === flowPath) return findFlowChanges(change, bytes, ledger.flow);
    const held = heldEnvironment(path);
    return held === undefined ? [] : findHoldChanges(change, bytes, held, ledger);
  });
}

function findFlowChanges({ commit }: FileChanges, bytes: Buffer | undefined, before: Flow | undefined): Found[] {
  if (!bytes) {
    const message = `${flowPath} was removed; its rules stay in force.`;
    return before ? [breach(everyEnvironment, 'invalid-flow', message)] : [];
  }
  const after = attempt(() => parseFlow({ path: flowPath, bytes }));
  if (after instanceof Failure) return [refused(everyEnvironment, after)];
  if (!before) return [];
  const loosenings = findLoosenings(before, after, commit.time);
  const accepted = after.accepted.filter(({ commit }) => !before.accepted.some((known) => known.commit === commit));
  return [
    ...loosenings.map(({ environment, what }) => notice(environment, 'loosened', `${environment} ${what}.`)),
    ...accepted.map((one) =>
      notice(everyEnvironment, 'accepted', `What ${one.commit} broke was accepted: ${one.reason}`),
    ),
  ];
}

function findHoldChanges({ commit }: FileChanges, bytes: Buffer | undefined, environment: string, ledger: Ledger) {
  if (bytes) {
    const hold = attempt(() => parseHold({ path: holdPath(environment), bytes }));
    return hold instanceof Failure ? [refused(environment, hold)] : [];
  }
  const { hold } = ledger.recordOf(environment);
  const delivery = findDelivery(commit);
  if (!hold || (delivery?.kind === 'resume' && delivery.environment === environment)) return [];
  const message = `${environment} was held by ${hold.by}: ${hold.reason}; the hold was removed, and not by a resume.`;
  return [notice(environment, 'loosened', message)];
}
