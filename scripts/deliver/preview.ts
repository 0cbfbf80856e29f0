import { findRenderNames } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';
import { requireRelease } from '../branch/releases.ts';
import { renderRelease } from '../branch/render.ts';
import { parseObjects } from '../helm/manifests.ts';
import { formatCommits } from '../look/diff.ts';
import { colourObjects, formatDetails, quoteText, summarize } from '../look/difference-text.ts';
import { renderDifference } from '../look/difference.ts';
import { quoteSubject } from '../release/delivery.ts';
import type { Image } from '../release/image.ts';
import { formatList } from '../release/line.ts';
import { Failure, reach } from '../shell/failure.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

type Promotion = Extract<Step, { kind: 'promote' }>;

// Bytes. An option of a push has at most 65,516, a line end counts for two.
const differenceLimit = 25_000;
// Of the releases that a rollback leaves, the newest.
const rendersAllowed = 5;

/** What a promotion would bring: the commits, and the manifests as the cluster would see them. */
export async function previewPromotion(place: Place, outlook: Outlook, { to, commits }: Promotion): Promise<string> {
  const { shown, sentence } = await showDifference(place, outlook, to);
  const objects = shown ? colourObjects(shown) : [];
  return ['It would bring:', formatCommits(commits, outlook.tip.now), [...objects, sentence].join('\n')].join('\n\n');
}

/** The same as Markdown, for the merge request that proposes it. */
export async function describePromotion(place: Place, outlook: Outlook, promotion: Promotion): Promise<string> {
  const { to, commits, override, reason = '' } = promotion;
  const lines = commits.map(({ sha, subject }) => {
    return `${sha.slice(0, 8)} ${quoteText(quoteSubject(subject).slice(0, 100))}`;
  });
  const { shown, sentence } = await showDifference(place, outlook, to);
  return [
    ...(override.length > 0 ? [`It overrides ${override.join(' and ')}: ${quoteText(reason)}`] : []),
    'It brings:',
    formatList(lines),
    sentence,
    ...(shown?.objects.length ? [formatDetails('What changes in the cluster', shown, differenceLimit)] : []),
  ].join('\n\n');
}

/** What runs may not render any more, or nothing here know Argo CD's names: that keeps no release from coming. */
async function showDifference(place: Place, { tip, state }: Outlook, to: Promotion['to']) {
  const shown = await reach(() => renderDifference(tip, state, to, place));
  const sentence = `${state.environment.name}: ${summarize(shown)}`;
  return { shown: shown instanceof Failure ? undefined : shown, sentence };
}

/** Warns, once a rollback is made, of the releases it left that migrated, by their charts and today's values: none goes back. */
export async function warnOfMigrations(place: Place, outlook: Outlook, left: readonly Image[]): Promise<void> {
  const { tip, state } = outlook;
  const { environment, values } = state;
  const names = findRenderNames(state);
  const migrating = left.slice(-rendersAllowed).map(async (image) => {
    const chart = await requireRelease(tip, image);
    const objects = parseObjects(await renderRelease(tip, { names, values, image, chart }, place));
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
