import type { Image } from '../release/image.ts';
import type { DeliveryResult } from './deliver.ts';

/** A delivery's outcome: a sentence for people, or with `json` the document of the command contract. */
export function formatDelivered(
  result: DeliveryResult,
  { json, dryRun }: { json: boolean; dryRun: boolean },
): string {
  if (json) return JSON.stringify(toDocument(result), null, 2);
  const { environment, from, to, outcome, commit } = result;
  const runs = `${environment} runs ${from?.tag ?? 'nothing'}`;
  if (outcome === 'unchanged') return `Nothing to do: ${runs} already.`;
  if (outcome === 'superseded') return `Nothing to do: ${runs}, which is newer than ${to.tag}.`;
  if (dryRun) return `Nothing was changed. ${runs}; it would run ${to.tag}.`;
  return `${environment} runs ${to.tag} instead of ${from?.tag ?? 'nothing'}, by commit ${String(commit)}.`;
}

function toDocument({ environment, kind, outcome, from, to, commit, attempts }: DeliveryResult): object {
  return {
    environment,
    kind,
    outcome,
    from: toNames(from),
    to: toNames(to),
    commit: commit ?? null,
    attempts,
  };
}

function toNames(image: Image | undefined): { tag: string; digest: string } {
  return { tag: image?.tag ?? '', digest: image?.digest ?? '' };
}
