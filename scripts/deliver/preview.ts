import type { Tip } from '../git/tip.ts';
import { formatAge } from '../release/duration.ts';
import type { Image } from '../release/image.ts';
import { formatTable } from '../shell/table.ts';
import { describeDifference } from '../look/difference-text.ts';
import { renderDifference } from '../look/difference.ts';
import { listGains } from '../branch/releases.ts';
import type { EnvironmentState } from '../branch/environments.ts';
import type { World } from '../branch/place.ts';

/** What a promotion would bring: the commits, and the manifests as the cluster would see them. */
export async function previewPromotion(
  world: World,
  { tip, state, to }: { tip: Tip; state: EnvironmentState; to: Image },
): Promise<string> {
  const now = world.now();
  const commits = await listGains(tip, state.image, to);
  const rows = commits.map(({ sha, subject, author, time }) => [
    sha.slice(0, 8),
    formatAge(time, now),
    author,
    subject,
  ]);
  const difference = await renderDifference(tip, state, to, world);
  return ['It would bring:', formatTable(rows), describeDifference(difference).text].join('\n\n');
}
