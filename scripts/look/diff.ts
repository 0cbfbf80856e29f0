import { Failure } from '../shell/failure.ts';
import { readMainline, readPast } from '../branch/past.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Tip } from '../git/tip.ts';
import { chooseCandidate, listCandidates } from '../release/candidates.ts';
import { formatAge } from '../release/duration.ts';
import { environmentsFolder, flowPath } from '../release/flow.ts';
import { valuesPath } from '../release/values.ts';
import { parseTag, toNames, type Image, type Tag } from '../release/image.ts';
import { formatTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';
import { describeDifference } from './difference-text.ts';
import { renderDifference } from './difference.ts';
import { findRelease, listBetween, requireRelease, type Release } from '../branch/releases.ts';
import { openRemote, readLastTip, type Place } from '../branch/place.ts';
import { readEnvironment, stateOf, type Environments, type EnvironmentState } from '../branch/environments.ts';

/** The length of `CI_COMMIT_SHORT_SHA`, which names the releases of a pipeline. */
const tagLength = 8;

/** How many commits are looked at together; the newest release is mostly near the tip. */
const window = 100;

interface DiffOptions {
  to: Tag | undefined;
  /** Whether to tell the commits, instead of what the cluster would see. */
  commits?: boolean | undefined;
}

/** What would change if an environment ran a release: the one given, else the one that comes next. No rule matters here. */
export async function diff(place: Place, name: string, { to, commits }: DiffOptions): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readLastTip(scratch, place);
  const state = await readEnvironment(tip, name);
  const source = state.environment.from;
  const release =
    to === undefined && source !== undefined
      ? await requireRelease(tip, await findNext(tip, state, source))
      : await findImage(tip, state, to ?? (await findNewest(tip)));
  if (commits) return await describeCommits(tip, state, release);
  if (release.digest === '') {
    place.log(`No environment runs ${release.tag}, so nothing here knows its digest: it is rendered without one.`);
  }
  return describeDifference(await renderDifference(tip, state, release, place));
}

/** What a promotion would bring now, or else first; what the source runs where that is nothing newer. */
async function findNext(tip: Tip, state: EnvironmentState, source: string): Promise<Image> {
  const { image: present } = stateOf(state, source);
  if (!present) {
    const hint = 'Name a release by --to, or deploy one first.';
    throw new Failure('nothing-to-promote', `${source} runs nothing yet.`, hint);
  }
  const { mainline, ledger } = await readPast(tip, [flowPath, valuesPath(source)]);
  const candidates = listCandidates(ledger.recordOf(source).runs, state, mainline);
  return chooseCandidate(candidates, tip.now)?.image ?? present;
}

/** The commits that lie between what an environment runs and another release, newest first. */
async function describeCommits(tip: Tip, state: EnvironmentState, to: Release) {
  const { image: from } = state;
  const environment = state.environment.name;
  const running = from && (await requireRelease(tip, from));
  const commits = running ? await listBetween(tip, running, to) : await tip.describe(to.revision);
  const count = commits.length === 1 ? '1 commit' : `${commits.length} commits`;
  const summary = `${environment}: ${from?.tag ?? 'nothing'} → ${to.tag}: ${count}.`;
  const listed = commits.map(({ sha, author, time, subject }) => ({ commit: sha, author, time, subject }));
  return {
    document: { environment, from: toNames(from), to: toNames(to), commits: listed },
    text: commits.length > 0 ? `${formatCommits(commits, tip.now)}\n${summary}` : summary,
  };
}

/** Commits as lines of a table. */
export function formatCommits(commits: readonly CommitLine[], now: Date): string {
  return formatTable(
    commits.map(({ sha, subject, author, time }) => [sha.slice(0, 8), formatAge(time, now), author, subject]),
  );
}

/** The newest commit that changes more than environments. */
async function findNewest(tip: Tip): Promise<Tag> {
  const { commits } = await readMainline(tip);
  for (let start = 0; start < commits.length; start += window) {
    const [newest] = await tip.keepOutside(commits.slice(start, start + window), environmentsFolder);
    if (newest) return parseTag(newest.sha.slice(0, tagLength), 'git log');
  }
  return parseTag(tip.commit.slice(0, tagLength), 'git log');
}

/** The image of a release as an environment runs it, else without a digest: nothing else in Git knows that. */
async function findImage(tip: Tip, environments: Environments, tag: Tag): Promise<Release> {
  const release = await requireRelease(tip, { tag, digest: '', revision: '' });
  for (const { name } of environments.flow.environments) {
    const { image } = stateOf(environments, name);
    const running = image && (await findRelease(tip, image));
    if (running?.revision === release.revision) return running;
  }
  return release;
}
