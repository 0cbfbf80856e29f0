import { Failure } from '../shell/failure.ts';
import { push } from './push.ts';
import type { Scratch } from './scratch.ts';

/** A branch for a merge request, and what the request is to say. */
export interface Proposal {
  branch: string;
  title: string;
  label: string;
}

/** What became of a proposal. */
export interface Proposed {
  branch: string;
  /** The commit on the branch: ours, or the one that was there. */
  commit: string;
  /** Whether the branch was there before. */
  existed: boolean;
  /** The address of the merge request, where the server told it. */
  address: string | undefined;
}

/**
 * Pushes a commit to a branch of its own and asks GitLab for a merge request into the target, by push options
 * (https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests). A branch that is there stays as it is.
 * @throws {Failure} `remote-refused` or `remote-unreachable`.
 */
export async function propose(
  scratch: Scratch,
  commit: string,
  target: string,
  { branch, title, label }: Proposal,
): Promise<Proposed> {
  const before = await scratch.findTip(branch);
  if (before !== undefined) return { branch, commit: before, existed: true, address: undefined };
  const outcome = await push(scratch, commit, branch, [
    'merge_request.create',
    `merge_request.target=${target}`,
    `merge_request.title=${title}`,
    `merge_request.label=${label}`,
    'merge_request.remove_source_branch',
  ]);
  if (outcome.kind === 'accepted') {
    const address = /https?:\/\/\S+\/merge_requests\/\S+/.exec(outcome.words)?.[0];
    return { branch, commit, existed: false, address };
  }
  // Somebody made the same proposal meanwhile, or the answer was lost: the branch itself tells.
  const after = await scratch.findTip(branch);
  if (after !== undefined) return { branch, commit: after, existed: after !== commit, address: undefined };
  throw new Failure(
    'remote-unreachable',
    `${scratch.remote.address} did not take ${branch}: ${outcome.kind === 'unknown' ? outcome.reason : 'no reason'}`,
    'Nothing was changed. Run it again when the server is well.',
  );
}
