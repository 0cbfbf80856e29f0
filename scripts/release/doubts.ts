import type { FileChanges } from '../git/file-history.ts';
import { findDelivery } from './delivery.ts';
import { breach, everyEnvironment, notice, type Found } from './finding.ts';

/** Finds whether a merge leaves in doubt which of its sides was the branch, where that matters. */
export function findDoubt({ commit }: FileChanges): Found | undefined {
  switch (commit.doubt) {
    // Nothing that it brings can be judged. So it is a breach, or whoever broke a rule could hide it in such a merge.
    case 'both':
      return breach(
        everyEnvironment,
        'undecided',
        'It merges two sides that deliveries were made on, and nothing tells which one was the branch.',
      );
    case 'other':
      return notice(
        everyEnvironment,
        'undecided',
        'It merges a side that deliveries were made on, which was not the branch.',
      );
    // A proposal that is merged counts from the merge, whichever side was the branch.
    case 'neither':
      return findDelivery(commit)?.kind === 'promote'
        ? undefined
        : notice(
            everyEnvironment,
            'undecided',
            'Nothing tells which of its parents was the branch. The first one is taken for it.',
          );
    case undefined:
      return undefined;
  }
}
