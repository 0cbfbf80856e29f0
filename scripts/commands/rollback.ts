import { Failure } from '../failure.ts';
import type { Tip } from '../git/tip.ts';
import type { Image, Tag } from '../release/image.ts';
import { judgeRollback, neverRan } from '../release/rules.ts';
import { deliver } from './deliver.ts';
import type { Decision, DeliveryResult, Outlook } from './deliver.ts';
import { listGains, relateReleases } from './releases.ts';
import { holdOf } from './state.ts';
import { readRuns } from './timeline.ts';
import type { World } from './world.ts';

/** Returns an environment to a release that it ran, the one before the present one unless told, and holds it there. */
export async function rollback(
  world: World,
  name: string,
  { to: tag, reason }: { to: Tag | undefined; reason: string },
): Promise<DeliveryResult> {
  const decide = async ({ scratch, tip, state }: Outlook): Promise<Decision> => {
    const { environment, image: from } = state;
    const runs = await readRuns(scratch, tip.commit, name);
    const ran = runs.flatMap(({ image }) => image ?? []);
    const to = tag === undefined ? await findOlder(tip, ran, from) : ran.find((image) => image.tag === tag);
    if (!to) throw tag === undefined ? nothingToRollBack(name, from) : neverRan(name, tag);
    const facts = { environment, from, to, relation: undefined, hold: holdOf(state), freeze: undefined };
    const outcome = judgeRollback(facts, ran);
    if (outcome !== 'changed') return { outcome, to };
    return { outcome, to, reason, hold: 'made', commits: from ? await listGains(tip, to, from) : [] };
  };
  return deliver(world, { kind: 'rollback', environment: name, decide, history: 'trees' });
}

/** The newest run of a release that the present one contains: going back twice does not come forward again. */
async function findOlder(
  tip: Tip,
  ran: readonly Image[],
  present: Image | undefined,
): Promise<Image | undefined> {
  if (!present) return ran[0];
  for (const image of ran) {
    if (image.tag !== present.tag && (await relateReleases(tip, image, present)) === 'older') return image;
  }
  return undefined;
}

function nothingToRollBack(name: string, present: Image | undefined): Failure {
  return new Failure(
    'nothing-to-roll-back',
    `${name} has run nothing before ${present?.tag ?? 'now'}.`,
    `npm run history -- ${name} lists what it ran.`,
  );
}
