import { openCheckout } from '../git/checkout.ts';
import type { Scratch } from '../git/scratch.ts';
import { Tip } from '../git/tip.ts';
import { writeMerge } from '../git/would-be-merge.ts';
import { Failure } from '../shell/failure.ts';
import { isFilled } from '../shell/variables.ts';
import { readMainline } from './mainline.ts';
import type { Place } from './place.ts';

/** The branch before what is reviewed, and with it. */
export interface Reviewed {
  before: string;
  after: Tip;
}

/**
 * Finds what a checkout would bring to the branch, as it would be merged now. What is on the branch already is what the
 * last push brought, as GitLab tells, else its last commit.
 * @throws {Failure} `not-a-repository` where the checkout lacks the history, `conflict` where it does not merge.
 */
export async function readReviewed(scratch: Scratch, tip: Tip, place: Place): Promise<Reviewed> {
  const { branch, env } = place;
  const { git } = scratch;
  const head = await readHead(place);
  if (await isContained(scratch, head, tip.commit)) {
    const after = new Tip(scratch, head);
    const pushed = env.CI_COMMIT_BEFORE_SHA ?? '';
    if (/[1-9a-f]/.test(pushed) && (await isContained(scratch, pushed, head)))
      return { before: pushed, after };
    const { commits } = await readMainline(scratch, after, { branch, now: place.now() });
    return { before: commits[0]?.before ?? head, after };
  }
  const name = env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME ?? head;
  const merge = await writeMerge(git, { branch, tip: tip.commit, head, name, time: place.now() });
  return { before: tip.commit, after: new Tip(scratch, merge) };
}

async function readHead({ directory, env, signal }: Place): Promise<string> {
  const { git, objects } = await openCheckout(directory, { env, signal });
  // A pipeline for merged results is at a merge of GitLab's own.
  const { CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: source } = env;
  const name = isFilled(source) ? source : 'HEAD';
  const { status, stdout } = await git.run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  if (status === 0 && objects !== undefined) return stdout.toString().trim();
  throw new Failure(
    'not-a-repository',
    `The checkout ${JSON.stringify(directory)} does not have the whole history of ${name}.`,
    'Fetch it: git fetch --unshallow, or GIT_DEPTH: 0 in GitLab CI.',
  );
}

async function isContained({ git }: Scratch, commit: string, within: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', commit, within])).status === 0;
}
