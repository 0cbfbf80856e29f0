import { findRenderNames } from '../branch/application-names.ts';
import type { Place } from '../branch/place.ts';
import { requireRelease } from '../branch/releases.ts';
import { renderSide } from '../look/difference.ts';
import type { Image } from '../release/image.ts';
import type { Outlook } from './deliver.ts';

/** How many of the releases that a rollback leaves are looked at, the newest first. */
const rendersAllowed = 5;

/**
 * Warns of the releases that a rollback has left which have a migration, by their charts and the values of today: there is
 * none back. It comes after the rollback, which waits for nothing.
 */
export async function warnOfMigrations(
  place: Place,
  { tip, environments, state }: Outlook,
  left: readonly Image[],
): Promise<void> {
  const { environment, values } = state;
  const names = findRenderNames(environments, environment.name);
  const migrating = left.slice(-rendersAllowed).map(async (image) => {
    const chart = await requireRelease(tip, image);
    const objects = await renderSide(tip, { names, values, image, chart }, place);
    return objects.some(({ isMigration }) => isMigration) ? [image.tag] : [];
  });
  // The rollback is made: what cannot be looked at is no failure of it.
  const found = await Promise.allSettled(migrating);
  const tags = [...new Set(found.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])))];
  if (tags.length === 0) return;
  place.log(
    `Before its pods started, ${tags.join(', ')} migrated, and there is no migration back: what ${environment.name} returns to ` +
      'must bear what that has left. "Migrations" in helm-chart/README.md says how.',
  );
}
