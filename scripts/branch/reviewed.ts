import { findCommit, isAncestor } from '../git/ancestry.ts';
import { openCheckout } from '../git/checkout.ts';
import type { Tip } from '../git/tip.ts';
import { writeMerge } from '../git/commit.ts';
import { Failure } from '../shell/failure.ts';
import { isFilled } from '../shell/variables.ts';
import { readMainline } from './past.ts';
import type { Place } from './place.ts';

/** The branch before what is reviewed, and with it. */
export interface Reviewed {
  before: Tip;
  after: Tip;
  /** The files and folders of the top level in which the two differ. */
  roots: readonly string[];
}

/**
 * Finds what a checkout would bring to the branch, as it would be merged now. What is on the branch already is what the
 * last push brought, as GitLab tells, else its last commit.
 * @throws {Failure} `not-a-repository` where the checkout lacks the history, `conflict` where it does not merge.
 */
export async function readReviewed(tip: Tip, place: Place): Promise<Reviewed> {
  const { git } = tip.scratch;
  const head = await readHead(place);
  const { branch, now } = tip;
  const name = place.env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME ?? head;
  const [before, after] = (await isAncestor(git, head, tip.commit))
    ? [await findBefore(tip.at(head), place), head]
    : [tip.commit, await writeMerge(git, { branch, tip: tip.commit, head, name, time: now })];
  const list = await git.read(['diff-tree', '--name-only', '--no-renames', '-z', before, after]);
  const roots = list.split('\0').filter(Boolean);
  return { before: tip.at(before), after: tip.at(after), roots };
}

async function findBefore(head: Tip, { env }: Place): Promise<string> {
  const pushed = env.CI_COMMIT_BEFORE_SHA ?? '';
  // GitLab writes zeros where there is none.
  if (/[1-9a-f]/.test(pushed) && (await isAncestor(head.scratch.git, pushed, head.commit))) return pushed;
  const { commits } = await readMainline(head);
  return commits[0]?.before ?? head.commit;
}

async function readHead({ directory, env, signal }: Place): Promise<string> {
  const { git, objects } = await openCheckout(directory, { env, signal });
  // A pipeline for merged results is at a merge of GitLab's own.
  const { CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: source } = env;
  const name = isFilled(source) ? source : 'HEAD';
  const head = objects === undefined ? undefined : await findCommit(git, name);
  if (head !== undefined) return head;
  throw new Failure(
    'not-a-repository',
    `The checkout ${JSON.stringify(directory)} does not have the whole history of ${name}.`,
    'Fetch it: git fetch --unshallow, or GIT_DEPTH: 0 in GitLab CI.',
  );
}
