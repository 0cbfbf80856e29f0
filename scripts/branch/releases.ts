import { Failure } from '../shell/failure.ts';
import type { CommitLine } from '../git/commit-line.ts';
import type { Relation, Tip } from '../git/tip.ts';
import { isDeliveryTitle } from '../release/delivery.ts';
import type { Image, Tag } from '../release/image.ts';
import type { EnvironmentState } from './environments.ts';

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

/**
 * How a release stands to the one that an environment runs; undefined where that runs nothing.
 * @throws {Failure} `unrelated` when one of them is no commit of the branch.
 */
export async function relateReleases(
  tip: Tip,
  to: Image,
  { values, image: from }: EnvironmentState,
): Promise<Relation | undefined> {
  const commit = await requireRelease(tip, to.tag);
  if (!from) return undefined;
  const running = await tip.findCommit(from.tag);
  if (running !== undefined) return tip.relate(commit, running);
  throw new Failure(
    'unrelated',
    `${values.path} says ${from.tag}, which names no single commit of the branch, so that nothing can be newer.`,
    'Write there what runs, or empty tag and digest when nothing does, and deliver again.',
  );
}

/** The commits that a release brings, newest first, without the deliveries among them. */
export async function listGains(tip: Tip, from: Image | undefined, to: Image): Promise<CommitLine[]> {
  const commit = await requireRelease(tip, to.tag);
  const commits = from ? await tip.listCommits(await requireRelease(tip, from.tag), commit) : [];
  const gains = commits.filter(({ subject }) => !isDeliveryTitle(subject));
  return gains.length > 0 ? gains : tip.describe(commit);
}
