import { readEnvironment } from '../branch/environments.ts';
import { readCode, readPast } from '../branch/past.ts';
import { openRemote, readLastTip, type Place } from '../branch/place.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { isRipe, listCandidates, type Candidate } from '../release/candidates.ts';
import { formatAge } from '../release/duration.ts';
import type { Image } from '../release/image.ts';
import { fitTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';

/** Tells what may come to an environment, newest first, and when. */
export async function candidates(place: Place, name: string, columns: number): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readLastTip(scratch, place);
  const { now } = tip;
  const { environment, image } = await readEnvironment(tip, name);
  const { mainline, ledger } = await readPast(tip);
  const { runs } = ledger.recordOf(environment.from ?? '');
  const found = listCandidates(runs, { environment, image }, mainline);
  const count = await readCodeCount(tip, mainline, [image, ...found.map(({ image }) => image)]);
  const heading = ['RELEASE', 'SUBJECT', 'SINCE', 'COMMITS', 'RIPE'];
  const rows = found.map((candidate) => [
    candidate.image.tag,
    mainline.findCommit(candidate.image)?.subject ?? '-',
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

/** Reads how many commits with code a release has that another one lacks; undefined where one is no commit of the branch. */
export async function readCodeCount(tip: Tip, mainline: Mainline, images: readonly (Image | undefined)[]) {
  const find = (image: Image | undefined) => image && mainline.find(image);
  const commits = mainline.commits.slice(0, Math.max(0, ...images.map((image) => find(image) ?? 0)));
  const code = await readCode(tip, commits);
  return (running: Image | undefined, ahead: Image | 'tip' | undefined): number | undefined => {
    const [to, from] = [find(running), ahead === 'tip' ? 0 : find(ahead)];
    if (to === undefined || from === undefined) return undefined;
    return commits.slice(from, to).filter(({ sha }) => code.has(sha)).length;
  };
}
