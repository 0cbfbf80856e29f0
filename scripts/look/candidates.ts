import { readEnvironments, stateOf } from '../branch/environments.ts';
import { readLedger } from '../branch/ledger.ts';
import { readMainline } from '../branch/mainline.ts';
import { openRemote, readTip } from '../branch/open.ts';
import type { Place } from '../branch/place.ts';
import { isRipe, listCandidates, type Candidate } from '../release/candidates.ts';
import { formatAge } from '../release/duration.ts';
import { fitTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { readCodeCount } from './code-count.ts';

/** Tells what may come to an environment, newest first, and when. */
export async function candidates(place: Place, name: string, columns: number): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readTip(scratch, place);
  const now = place.now();
  const { environment, image } = stateOf(await readEnvironments(tip), name);
  const mainline = await readMainline(scratch, tip, { branch: place.branch, now });
  const { runs } = (await readLedger(scratch, mainline)).recordOf(environment.from ?? '');
  const found = listCandidates(runs, { environment, image }, { now, relate: mainline.relate });
  const count = await readCodeCount(tip, mainline, [image, ...found.map(({ image }) => image)]);
  const heading = ['RELEASE', 'SUBJECT', 'SINCE', 'COMMITS', 'RIPE'];
  const rows = found.map((candidate) => [
    candidate.image.tag,
    mainline.commits[mainline.find(candidate.image) ?? -1]?.subject ?? '-',
    formatAge(candidate.since, now),
    String(count(image, candidate.image) ?? '-'),
    formatRipe(candidate, now),
  ]);
  return {
    document: found.map((candidate) => toDocument(candidate, count(image, candidate.image))),
    text: fitTable([heading, ...rows], heading.indexOf('SUBJECT'), columns),
  };
}

/** Whether a candidate is ripe, or in how long. */
export function formatRipe(candidate: Candidate, now: Date): string {
  if (!candidate.isHealthy) return 'no verdict';
  if (!candidate.ripe) return 'never';
  return isRipe(candidate, now) ? 'ripe' : `in ${formatAge(now, candidate.ripe)}`;
}

/** A candidate as the documents of the command contract name it. */
export function toDocument({ image, since, isHealthy, ripe }: Candidate, commits: number | undefined): object {
  const times = { since: since.toISOString(), ripe: ripe?.toISOString() ?? null };
  return { ...image, commits: commits ?? null, healthy: isHealthy, ...times };
}
