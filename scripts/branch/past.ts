import type { CommitLine } from '../git/commit-line.ts';
import { readFileHistory } from '../git/file-history.ts';
import { followBranch, type Followed } from '../git/follow.ts';
import { readObjects } from '../git/git.ts';
import { Mainline } from '../git/mainline.ts';
import { listNotes } from '../git/notes.ts';
import type { Tip } from '../git/tip.ts';
import { isDeliveryTitle, isPromotionTitle } from '../release/delivery.ts';
import { environmentsFolder } from '../release/flow.ts';
import { Ledger } from '../release/ledger.ts';
import { parseVerdicts } from '../release/verdict.ts';

/** Reads what the branch was, up to a tip: the one answer for every command. */
export async function readMainline(tip: Tip): Promise<Mainline> {
  const { branch, now } = tip;
  const history = await tip.readHistory();
  const { commits } = history;
  const hasMerges = commits.some(({ parents }) => parents.length > 1);
  const direct = hasMerges ? listDirect(commits).map(({ sha, parents: [before] }) => ({ sha, before })) : [];
  const marked = await tip.listWithin(direct, environmentsFolder);
  return new Mainline(history, followBranch(commits, { branch, marked }), now);
}

/** Reads which of the commits of a branch have code: change more than environments. Gives their SHAs. */
export async function readCode(tip: Tip, commits: readonly Followed[]): Promise<ReadonlySet<string>> {
  return new Set((await tip.keepOutside(commits, environmentsFolder)).map(({ sha }) => sha));
}

/** What the branch was from one commit to another, newest first, by titles alone, which is enough for a text. */
export async function listBranch(tip: Tip, from: string, to: string): Promise<Followed[]> {
  const { branch } = tip;
  const commits = (await tip.readHistory()).listBetween(from, to);
  return followBranch(commits, { branch, marked: new Set(listDirect(commits).map(({ sha }) => sha)) });
}

/**
 * The commits whose titles say that they were made on the branch itself: all deliveries but a promotion that others only
 * merged, as they merge a proposal.
 */
function listDirect(commits: readonly CommitLine[]): CommitLine[] {
  const followed = new Set(commits.map(({ parents }) => parents[0]));
  return commits.filter(
    ({ sha, subject }) => isDeliveryTitle(subject) && (!isPromotionTitle(subject) || followed.has(sha)),
  );
}

/** What the branch was, and what ran on it when. */
export type Past = Awaited<ReturnType<typeof readPast>>;

/** Reads what the branch was up to a tip, and what ran on it when: in all environments, or by the files given. */
export async function readPast(tip: Tip, paths: readonly string[] = [environmentsFolder]) {
  const mainline = await readMainline(tip);
  const { changes, verdicts } = await readChanges(tip, mainline, paths);
  return { mainline, ledger: Ledger.of(changes, verdicts) };
}

/** Reads the changes that a ledger takes in, oldest first, and the verdicts by the commits of their deliveries. */
export async function readChanges({ scratch }: Tip, mainline: Mainline, paths: readonly string[]) {
  const notes = await listNotes(scratch.git);
  const changes = await readFileHistory(scratch, mainline.commits, paths, [...notes.values()]);
  const texts = await readObjects(scratch.git, notes.values());
  const verdicts = new Map(Array.from(notes, ([commit, blob]) => [commit, parseVerdicts(String(texts.get(blob)))]));
  return { changes: changes.toReversed(), verdicts };
}
