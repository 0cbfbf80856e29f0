import { holdOf, standingOf, stateOf } from '../branch/environments.ts';
import { readLedger } from '../branch/ledger.ts';
import { readMainline } from '../branch/mainline.ts';
import { listGains, relateReleases, requireRelease } from '../branch/releases.ts';
import { flowPath } from '../release/flow.ts';
import type { Environment } from '../release/flow.ts';
import { judgePromotion } from '../release/rules.ts';
import { Failure } from '../shell/failure.ts';
import { deliver } from './deliver.ts';
import type { Decision, DeliveryPlace, DeliveryResult, Outlook } from './deliver.ts';

/** Copies the release of the environment before it into an environment, to the letter. */
export async function promote(place: DeliveryPlace, name: string): Promise<DeliveryResult> {
  const decide = async ({ scratch, tip, environments, state, now }: Outlook): Promise<Decision> => {
    const { environment } = state;
    const source = stateOf(environments, requireSource(environment));
    const from = source.environment.name;
    const standing = standingOf(state, now);
    const hold = holdOf(source);
    if (!source.image) throw nothingToPromote(from);
    const to = await requireRelease(tip, source.image);
    const relation = await relateReleases(tip, to, state);
    const mainline = await readMainline(scratch, tip, { branch: place.branch, now });
    const ledger = await readLedger(scratch, mainline, [flowPath, source.values.path]);
    const coming = { to, relation, rival: ledger.findRival(to) };
    const { runs } = ledger.recordOf(from);
    const outcome = judgePromotion(standing, coming, { name: from, hold, runs }, now);
    if (outcome !== 'changed') return { outcome, to };
    const commits = await listGains(tip, state.image, to, place.branch);
    return { outcome, step: { kind: 'promote', to, commits, via: environment.via } };
  };
  return deliver(place, { kind: 'promote', environment: name, decide, history: 'trees' });
}

function requireSource({ name, from }: Environment): string {
  if (from !== undefined) return from;
  throw new Failure(
    'out-of-order',
    `${name} has no environment before it, and takes its releases by deploys.`,
    'Merge to main: the pipeline deploys it.',
  );
}

function nothingToPromote(source: string): Failure {
  return new Failure(
    'nothing-to-promote',
    `${source} has run nothing yet.`,
    'npm run status shows what runs where.',
  );
}
