import type { Place } from '../branch/place.ts';
import { renderDifference } from '../look/difference.ts';
import { describeDifference } from '../look/difference-text.ts';
import { formatAge } from '../release/duration.ts';
import { formatTable } from '../shell/table.ts';
import type { Outlook, Step } from './deliver.ts';

/** What a promotion would bring: the commits, and the manifests as the cluster would see them. */
export async function previewPromotion(
  place: Place,
  { tip, state, now }: Outlook,
  { to, commits }: Extract<Step, { kind: 'promote' }>,
): Promise<string> {
  const rows = commits.map(({ sha, subject, author, time }) => [
    sha.slice(0, 8),
    formatAge(time, now),
    author,
    subject,
  ]);
  const difference = await renderDifference(tip, state, to, place);
  return ['It would bring:', formatTable(rows), describeDifference(difference).text].join('\n\n');
}
