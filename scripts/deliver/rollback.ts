import { Failure } from '../shell/failure.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Tip } from '../git/tip.ts';
import { isSameRelease } from '../release/image.ts';
import type { Image, Tag } from '../release/image.ts';
import { judgeRollback, neverRan } from '../release/rules.ts';
import { deliver } from './deliver.ts';
import type { Decision, DeliveryResult, Outlook } from './deliver.ts';
import { listGains, requireRelease } from '../branch/releases.ts';
import { holdOf } from '../branch/environments.ts';
import { readRuns } from '../branch/timeline.ts';
import type { World } from '../branch/place.ts';

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
    const to =
      tag === undefined
        ? await findOlder(tip, ran, from)
        : ran.find((image) => isSameRelease(image.tag, tag));
    if (!to) throw tag === undefined ? nothingToRollBack(name, from) : neverRan(name, tag);
    const facts = { environment, from, to, relation: undefined, hold: holdOf(state), freeze: undefined };
    const outcome = judgeRollback(facts, ran);
    if (outcome !== 'changed') return { outcome, to };
    return { outcome, to, reason, hold: 'made', commits: await listLosses(tip, from, to) };
  };
  return deliver(world, { kind: 'rollback', environment: name, decide, history: 'trees' });
}

/** The newest run of a release that the present one contains: going back twice does not come forward again. */
async function findOlder(
  tip: Tip,
  ran: readonly Image[],
  present: Image | undefined,
): Promise<Image | undefined> {
  const running = present && (await tip.findCommit(present.tag));
  for (const image of ran) {
    const commit = image.tag === present?.tag ? undefined : await tip.findCommit(image.tag);
    // An edit by hand may have brought what is no release: it is no way back, and keeps from none.
    if (commit === undefined) continue;
    if (running === undefined || (await tip.relate(commit, running)) === 'older') return image;
  }
  return undefined;
}

/** The commits that go with what runs, where that is a release. */
async function listLosses(tip: Tip, present: Image | undefined, to: Image): Promise<CommitLine[]> {
  await requireRelease(tip, to.tag);
  const isRelease = present && (await tip.findCommit(present.tag)) !== undefined;
  return isRelease ? listGains(tip, to, present) : [];
}

function nothingToRollBack(name: string, present: Image | undefined): Failure {
  return new Failure(
    'nothing-to-roll-back',
    `${name} has run nothing before ${present?.tag ?? 'now'}.`,
    `npm run history -- ${name} lists what it ran.`,
  );
}
