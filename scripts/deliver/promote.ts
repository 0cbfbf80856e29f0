import { Failure } from '../shell/failure.ts';
import { findFreeze } from '../release/flow.ts';
import type { Environment } from '../release/flow.ts';
import { judgePromotion } from '../release/rules.ts';
import { deliver } from './deliver.ts';
import type { Decision, DeliveryResult, Outlook } from './deliver.ts';
import { previewPromotion } from './preview.ts';
import { listGains, relateReleases } from '../branch/releases.ts';
import { holdOf, stateOf } from '../branch/environments.ts';
import { readRuns } from '../branch/timeline.ts';
import type { World } from '../branch/place.ts';

/** Copies the image of the environment before it into an environment, to the letter. */
export async function promote(world: World, name: string): Promise<DeliveryResult> {
  const decide = async ({ scratch, tip, environments, state, now }: Outlook): Promise<Decision> => {
    const { flow, environment, image: from } = state;
    const source = stateOf(environments, requireSource(environment));
    const to = source.image;
    const holds = { target: holdOf(state), source: holdOf(source) };
    if (!to) throw nothingToPromote(source.environment.name);
    const [run] = await readRuns(scratch, tip.commit, source.environment.name);
    const outcome = judgePromotion({
      environment,
      from,
      to,
      relation: await relateReleases(tip, to, state),
      hold: holds.target,
      freeze: findFreeze(flow, name, now),
      source: {
        name: source.environment.name,
        hold: holds.source,
        since: run?.commit.time ?? now,
        until: undefined,
      },
      now,
    });
    if (outcome !== 'changed') return { outcome, to };
    const commits = await listGains(tip, from, to);
    return {
      outcome,
      to,
      commits,
      viaMergeRequest: environment.via === 'merge-request',
      preview: () => previewPromotion(world, { tip, state, to }),
    };
  };
  return deliver(world, { kind: 'promote', environment: name, decide, history: 'trees' });
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
