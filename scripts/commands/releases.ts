import { Failure } from '../failure.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Tip } from '../git/tip.ts';
import { isDeliveryTitle } from '../release/delivery.ts';
import type { Image, Tag } from '../release/image.ts';
import type { Relation } from '../release/rules.ts';

/**
 * The commit of a release.
 * @throws {Failure} `unrelated` when the branch has no such commit, or several.
 */
export async function requireRelease(tip: Tip, tag: Tag): Promise<string> {
  const commit = await tip.findCommit(tag);
  if (commit !== undefined) return commit;
  throw new Failure(
    'unrelated',
    `${tag} names no single commit of the branch.`,
    'A release is a commit of the branch that the deliveries go to: git log --oneline shows them.',
  );
}

/** How one release stands to another; undefined where there is no other. */
export async function relateReleases(
  tip: Tip,
  to: Image,
  from: Image | undefined,
): Promise<Relation | undefined> {
  const commit = await requireRelease(tip, to.tag);
  return from && tip.relate(commit, await requireRelease(tip, from.tag));
}

/** The commits that a release brings, newest first, without the deliveries among them. */
export async function listGains(tip: Tip, from: Image | undefined, to: Image): Promise<CommitLine[]> {
  const commit = await requireRelease(tip, to.tag);
  const commits = from ? await tip.listCommits(await requireRelease(tip, from.tag), commit) : [];
  const gains = commits.filter(({ subject }) => !isDeliveryTitle(subject));
  return gains.length > 0 ? gains : tip.describe(commit);
}
