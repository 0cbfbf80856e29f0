import { formatMinute } from '../release/duration.ts';
import { toNames, type Image } from '../release/image.ts';
import { typed } from '../shell/typed.ts';
import type { DeliveryResult } from './deliver.ts';

/** A delivery's outcome, in sentences for people. */
export function formatDelivered(result: DeliveryResult): string {
  const { environment, kind, from, to, outcome, isDryRun, commit, proposed, hold } = result;
  const runs = `${environment} runs ${nameOf(from)}`;
  const words = wordsOf(result, runs);
  if (outcome === 'unchanged') {
    const held = hold && `, since ${formatMinute(hold.since)} by ${hold.by}: ${hold.reason}`;
    const stays = `That reason stays. For another one, first: ${typed('resume', environment)}`;
    return `Nothing to do: ${words.already}${held ? `${held}\n${stays}` : '.'}`;
  }
  if (outcome === 'superseded') return `Nothing to do: ${runs}, which is newer than ${nameOf(to)}.`;
  if (isDryRun) return `Nothing was changed. ${words.would}.`;
  if (proposed) return formatProposed(result, proposed);
  if (kind === 'hold') return `${environment} is held at ${nameOf(to)}, by commit ${String(commit)}.`;
  if (kind === 'resume') return `${environment} takes deliveries again, by commit ${String(commit)}.`;
  const before = from?.tag === to?.tag ? 'another digest' : nameOf(from);
  return [
    `${environment} is to run ${nameOf(to)} instead of ${before}, by commit ${String(commit)}.`,
    ...(kind === 'rollback' ? [`It is held there, until: ${typed('resume', environment)}`] : []),
    `To know when it is live: ${typed('wait', environment)}`,
  ].join('\n');
}

function wordsOf({ kind, environment: name, to }: DeliveryResult, runs: string): { already: string; would: string } {
  if (kind === 'hold') return { already: `${name} is held already`, would: `${name} would be held` };
  if (kind === 'resume') return { already: `${name} is not held`, would: `${name} would take deliveries again` };
  return { already: `${runs} already`, would: `${runs}; it would run ${nameOf(to)}` };
}

function formatProposed(
  { environment, to }: DeliveryResult,
  proposed: NonNullable<DeliveryResult['proposed']>,
): string {
  const { branch, existed, cleared, address } = proposed;
  const already = `${environment}: ${nameOf(to)} is proposed already, by the branch ${branch}.`;
  if (existed) return `${already}\nMerge its merge request; if that was closed, delete the branch and promote again.`;
  const request = address ?? `open a merge request for the branch ${branch}: the server did not say that it made one`;
  const anew = cleared ? `, anew: the branch ${branch} was left over from one that has been merged` : '';
  return `${environment}: ${nameOf(to)} is proposed${anew}, to be merged by somebody else.\n${request}`;
}

/** A delivery's outcome, as the document of the command contract. */
export function toDocument(result: DeliveryResult): object {
  const { environment, kind, outcome, from, to, commit, attempts, proposed, hold } = result;
  const names = { from: toNames(from), to: toNames(to) };
  return {
    ...{ environment, kind, outcome, ...names, commit: commit ?? null, attempts },
    // Only where it was asked for, and is there already.
    ...(hold && { hold }),
    ...(proposed && { branch: proposed.branch, mergeRequest: proposed.address ?? null }),
  };
}

function nameOf(image: Image | undefined): string {
  return image?.tag ?? 'nothing';
}
