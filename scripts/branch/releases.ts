import type { CommitLine } from '../git/commit-line.ts';
import type { Tip } from '../git/tip.ts';
import { environmentsFolder } from '../release/flow.ts';
import { parseRevision, type Image, type Revision } from '../release/image.ts';
import type { Run } from '../release/ledger.ts';
import { listBranch } from './past.ts';
import { Failure } from '../shell/failure.ts';
import type { EnvironmentState } from './environments.ts';

/** A release whose commit is known to be on the branch. */
export interface Release extends Image {
  revision: Revision;
}

/** Finds the commit that an image was built from: that of its revision, or the only one on the branch that its tag abbreviates. */
export async function findRelease(tip: Tip, image: Image): Promise<Release | undefined> {
  const revision = (await tip.readHistory()).find(image);
  return revision === undefined ? undefined : { ...image, revision: parseRevision(revision, 'git') };
}

/** @throws {Failure} `unrelated` when the branch has no such commit, or several. */
export async function requireRelease(tip: Tip, image: Image): Promise<Release> {
  const release = await findRelease(tip, image);
  if (release) return release;
  throw new Failure(
    'unrelated',
    `${image.tag} does not name exactly one commit of the branch.`,
    'A release is a commit of the branch that the deliveries go to: git log --oneline shows them.',
  );
}

/**
 * How a release relates to the one that an environment runs; undefined when that runs nothing.
 * @throws {Failure} `unrelated` when what runs is not a commit of the branch.
 */
export async function relateReleases(tip: Tip, to: Release, { values, image: from }: EnvironmentState) {
  if (!from) return undefined;
  const running = await findRelease(tip, from);
  if (running) return (await tip.readHistory()).relate(to.revision, running.revision);
  throw new Failure(
    'unrelated',
    `${values.path} says ${from.tag}, which does not name exactly one commit of the branch, so no release can be newer.`,
    'Write what runs there, or empty tag, digest and revision when nothing does, and deliver again.',
  );
}

/** The commits that a release brings, newest first, without those that change environments alone. */
export async function listGains(tip: Tip, from: Image | undefined, to: Release): Promise<CommitLine[]> {
  const gains = from ? await listBetween(tip, await requireRelease(tip, from), to) : [];
  return gains.length > 0 ? gains : tip.describe(to.revision);
}

/** The commits that the second release has and the first one lacks, in the same way; possibly none. */
export async function listBetween(tip: Tip, from: Release, to: Release): Promise<CommitLine[]> {
  return tip.keepOutside(await listBranch(tip, from.revision, to.revision), environmentsFolder);
}

/**
 * The releases that an environment ran and that the present one contains, from the newest run on: a rollback that names
 * none takes the first, so going back twice does not come forward again.
 */
export async function* listOlder(tip: Tip, runs: readonly Run[], present: Image | undefined): AsyncGenerator<Release> {
  const history = await tip.readHistory();
  const running = present && (await findRelease(tip, present));
  const listed = new Set<string>();
  for (const { image } of runs.toReversed()) {
    const release = image.tag === present?.tag ? undefined : await findRelease(tip, image);
    // An edit by hand may have brought something that is not a release: no rollback returns to it.
    if (!release || listed.has(release.revision)) continue;
    if (running && history.relate(release.revision, running.revision) !== 'older') continue;
    listed.add(release.revision);
    yield release;
  }
}
