import type { Tip } from '../git/tip.ts';
import type { Image } from '../release/image.ts';
import type { Run } from '../release/ledger.ts';
import { findRelease, type Release } from './releases.ts';

/**
 * The releases that an environment ran and that the present one contains, from the newest run on: a rollback that names
 * none takes the first, so going back twice does not come forward again.
 */
export async function* listOlder(tip: Tip, runs: readonly Run[], present: Image | undefined): AsyncGenerator<Release> {
  const running = present && (await findRelease(tip, present));
  const listed = new Set<string>();
  for (const { image } of runs.toReversed()) {
    const release = image.tag === present?.tag ? undefined : await findRelease(tip, image);
    // An edit by hand may have brought what is no release: it is no way back, and keeps from none.
    if (!release || listed.has(release.revision)) continue;
    if (running && (await tip.relate(release.revision, running.revision)) !== 'older') continue;
    listed.add(release.revision);
    yield release;
  }
}
