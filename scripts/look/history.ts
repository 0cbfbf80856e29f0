import type { Version } from '../release/history.ts';
import { fitTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { readEnvironment } from '../branch/environments.ts';
import { readTimeline } from '../branch/timeline.ts';
import type { World } from '../branch/place.ts';

/** Tells the deliveries of an environment and the edits of its values by hand, newest first. */
export async function history(
  world: World,
  name: string,
  { limit, columns }: { limit: number; columns: number },
): Promise<Answer> {
  await using scratch = await openRemote(world, 'trees');
  const tip = await readTip(scratch, world);
  const { environment } = await readEnvironment(tip, name);
  const { versions, skipped } = await readTimeline(scratch, tip.commit, environment.name);
  for (const { commit, problem } of skipped) world.log(`Left out ${commit.sha.slice(0, 8)}: ${problem}`);
  const shown = versions.slice(0, limit);
  const heading = ['WHEN', 'KIND', 'RELEASE', 'BY', 'COMMIT', 'REASON'];
  const rows = shown.map(({ commit, image, kind, by, reason }) => [
    commit.time.toISOString(),
    kind,
    image?.tag ?? '-',
    by,
    commit.sha.slice(0, 8),
    reason ?? '',
  ]);
  return {
    document: shown.map(toDocument),
    text: fitTable([heading, ...rows], heading.indexOf('REASON'), columns),
  };
}

function toDocument({ commit, image, kind, by, reason }: Version): object {
  return {
    kind,
    tag: image?.tag ?? '',
    digest: image?.digest ?? '',
    commit: commit.sha,
    since: commit.time.toISOString(),
    by,
    reason: reason ?? null,
  };
}
