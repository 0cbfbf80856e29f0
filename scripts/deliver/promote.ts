import { holdOf, standingOf, stateOf, type EnvironmentState } from '../branch/environments.ts';
import { readPast } from '../branch/past.ts';
import { listGains, relateReleases, requireRelease } from '../branch/releases.ts';
import { chooseCandidate, listCandidates, type Candidate } from '../release/candidates.ts';
import { flowPath, type Overridable } from '../release/flow.ts';
import { findRunOf } from '../release/ledger.ts';
import type { Tag } from '../release/image.ts';
import { refusals } from '../release/refusals.ts';
import { judgeOverridden, judgePromotion, requireOverridable } from '../release/rules.ts';
import { Failure } from '../shell/failure.ts';
import { typed } from '../shell/typed.ts';
import { deliver, type Decision, type DeliveryPlace, type DeliveryResult, type Outlook } from './deliver.ts';

/** What is promoted, unless the newest that may come. */
export interface Promotion {
  release?: Tag | undefined;
  /** The rules that it is let past, and why. */
  override?: readonly Overridable[] | undefined;
  reason?: string | undefined;
}

/** Copies a release of the environment before it into an environment, to the letter: the newest one that is ripe, unless told. */
export async function promote(place: DeliveryPlace, name: string, promotion: Promotion = {}): Promise<DeliveryResult> {
  const { release: tag, override = [], reason } = promotion;
  const decide = async ({ tip, state }: Outlook): Promise<Decision> => {
    const { environment } = state;
    const source = requireSource(state);
    const from = source.environment.name;
    requireOverridable(environment, override);
    const [standing, hold] = [standingOf(state, tip.now), holdOf(source)];
    const { mainline, ledger } = await readPast(tip, [flowPath, source.values.path]);
    const { runs } = ledger.recordOf(from);
    const candidates = listCandidates(runs, standing, mainline);
    const chosen = chooseCandidate(candidates, tip.now);
    const named = tag === undefined ? (chosen?.image ?? source.image) : findRunOf(runs, tag)?.image;
    if (!named) throw refusals.outOfOrder(name, from);
    const to = await requireRelease(tip, named);
    const coming = { to, relation: await relateReleases(tip, to, state), rival: ledger.findRival(to) };
    const { ruling, broken } = judgeOverridden(standing, override, (relaxed) =>
      judgePromotion(relaxed, coming, { name: from, hold, runs }, mainline),
    );
    if (ruling === 'unchanged' || ruling === 'superseded') return { outcome: ruling, to };
    const [newest] = candidates;
    if (tag === undefined && newest && newest !== chosen) place.log(describeNewest(from, newest));
    const commits = await listGains(tip, state.image, to);
    // What a merge request will break is not known before it is merged.
    const past = environment.via === 'merge-request' ? override : broken.map(({ rule }) => rule);
    const why = past.length > 0 ? reason : undefined;
    const step = { kind: 'promote', to, commits, via: environment.via, override: past, reason: why } as const;
    return { outcome: 'changed', step, refusal: ruling instanceof Failure ? ruling : undefined };
  };
  return deliver(place, { kind: 'promote', environment: name, decide, history: 'trees' });
}

function describeNewest(source: string, { image: { tag }, isHealthy, ripe }: Candidate): string {
  if (!isHealthy) return `${source} runs ${tag}, and no verdict calls it healthy yet.`;
  return `${source} runs ${tag}, which will have soaked at ${ripe?.toISOString() ?? 'no time'}.`;
}

function requireSource(state: EnvironmentState) {
  const { name, from } = state.environment;
  if (from === undefined) {
    const message = `${name} has no environment before it, and takes its releases by deploys.`;
    throw new Failure('out-of-order', message, 'Merge to main: the pipeline deploys it.');
  }
  const source = stateOf(state, from);
  const { image } = source;
  if (image) return { ...source, image };
  const hint = `${typed('status')} shows what runs where.`;
  throw new Failure('nothing-to-promote', `${from} has run nothing yet.`, hint);
}
