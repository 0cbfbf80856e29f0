import type { Place } from '../branch/place.ts';
import type { Release } from '../branch/releases.ts';
import { formatCommits } from '../look/commits.ts';
import { renderDifference } from '../look/difference.ts';
import { describeDifference } from '../look/difference-text.ts';
import { exitCode, Failure } from '../shell/failure.ts';
import type { Outlook } from './deliver.ts';
import type { Step } from './step.ts';

/** What a promotion would bring: the commits, and the manifests as the cluster would see them. */
export async function previewPromotion(
  place: Place,
  { tip, state, now }: Outlook,
  { to, commits }: Extract<Step, { kind: 'promote' }>,
): Promise<string> {
  return [
    'It would bring:',
    formatCommits(commits, now),
    await showDifference(place, { tip, state }, to),
  ].join('\n\n');
}

async function showDifference(
  place: Place,
  { tip, state }: Pick<Outlook, 'tip' | 'state'>,
  to: Release,
): Promise<string> {
  try {
    return describeDifference(await renderDifference(tip, state, to, place)).text;
  } catch (error) {
    // What runs may not render any more, or nothing here know Argo CD's names: that keeps no release from coming.
    if (!(error instanceof Failure) || error.exitCode !== exitCode.input) throw error;
    return `What the cluster would see cannot be shown: ${error.message}`;
  }
}
