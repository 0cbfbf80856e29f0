import type { Place } from '../branch/place.ts';
import { formatCommits } from '../look/diff.ts';
import { colourObjects, formatDetails, quoteText, summarize } from '../look/difference-text.ts';
import { renderDifference } from '../look/difference.ts';
import { show } from '../look/effects.ts';
import { quoteSubject } from '../release/delivery.ts';
import { Failure } from '../shell/failure.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

type Promotion = Extract<Step, { kind: 'promote' }>;

// Bytes. An option of a push has at most 65,516, a line end counts for two.
const differenceLimit = 25_000;
const commitsShown = 20;

/** What a promotion would bring: the commits, and the manifests as the cluster would see them. */
export async function previewPromotion(place: Place, outlook: Outlook, { to, commits }: Promotion): Promise<string> {
  const { shown, sentence } = await showDifference(place, outlook, to);
  const objects = shown ? colourObjects(shown) : [];
  return ['It would bring:', formatCommits(commits, outlook.now), [...objects, sentence].join('\n')].join('\n\n');
}

/** The same as Markdown, for the merge request that proposes it. */
export async function describePromotion(place: Place, outlook: Outlook, { to, commits }: Promotion): Promise<string> {
  const lines = commits
    .slice(0, commitsShown)
    .map(({ sha, subject }) => `- ${sha.slice(0, 8)} ${quoteText(quoteSubject(subject).slice(0, 100))}`);
  const hidden = commits.length - lines.length;
  const { shown, sentence } = await showDifference(place, outlook, to);
  return [
    'It brings:',
    [...lines, ...(hidden > 0 ? [`- and ${hidden} more`] : [])].join('\n'),
    sentence,
    ...(shown?.objects.length ? [formatDetails('What changes in the cluster', shown, differenceLimit)] : []),
  ].join('\n\n');
}

/** What runs may not render any more, or nothing here know Argo CD's names: that keeps no release from coming. */
async function showDifference(place: Place, { tip, state }: Outlook, to: Promotion['to']) {
  const shown = await show(() => renderDifference(tip, state, to, place));
  const sentence = `${state.environment.name}: ${summarize(shown)}`;
  return { shown: shown instanceof Failure ? undefined : shown, sentence };
}
