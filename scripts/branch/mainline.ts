import { listWithin, type CommitLine } from '../git/commit-line.ts';
import { followBranch, type Followed } from '../git/follow.ts';
import { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { isDeliveryTitle, isPromotionTitle } from '../release/delivery.ts';
import { environmentsFolder } from '../release/flow.ts';

/** Reads what the branch was, up to a tip: the one answer for every command. */
export async function readMainline(tip: Tip): Promise<Mainline> {
  const { scratch, branch, now } = tip;
  const history = await tip.readHistory();
  const { commits } = history;
  const hasMerges = commits.some(({ parents }) => parents.length > 1);
  const marked = hasMerges ? await listWithin(scratch.git, listDirect(commits), environmentsFolder) : [];
  return new Mainline(history, followBranch(commits, { branch, marked: new Set(marked) }), now);
}

/** What the branch was from one commit to another, newest first, by titles alone, which is enough for a text. */
export async function listBranch(tip: Tip, from: string, to: string): Promise<Followed[]> {
  const { branch } = tip;
  const commits = await tip.listCommits(from, to);
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
