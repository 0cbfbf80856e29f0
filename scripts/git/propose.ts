import { Failure } from '../shell/failure.ts';
import { isAncestor } from './ancestry.ts';
import { push, unwell } from './push.ts';
import type { Scratch } from './scratch.ts';

/** A branch for a merge request, and what the request is to say. */
export interface Proposal {
  branch: string;
  title: string;
  label: string;
  /** Writes what the request is to say, in Markdown. */
  describe: () => Promise<string>;
}

/** What is proposed, and to which branch, whose tip it was decided from. */
interface Target {
  branch: string;
  tip: string;
  commit: string;
}

/**
 * Pushes a commit to a branch of its own and asks GitLab for a merge request into the target, by push options
 * (https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests). A branch that is there and proposes the
 * same stays as it is; one that has been merged goes first.
 * @throws {Failure} `other-proposal`, `remote-refused` or `remote-unreachable`.
 */
export async function propose(scratch: Scratch, target: Target, proposal: Proposal) {
  const { branch, title, label, describe } = proposal;
  const listOptions = async () => [
    '--push-option=merge_request.create',
    `--push-option=merge_request.target=${target.branch}`,
    `--push-option=merge_request.title=${title}`,
    `--push-option=merge_request.label=${label}`,
    // An option has one line; GitLab makes line ends of these two letters.
    `--push-option=merge_request.description=${(await describe()).replaceAll('\n', '\\n')}`,
    '--push-option=merge_request.remove_source_branch',
  ];
  // Whether the branch of a merged proposal had to be removed first.
  let cleared = false;
  let reason = 'no reason';
  for (let attempts = 0; attempts < 2; attempts += 1) {
    // Somebody may have made the same proposal meanwhile, or the answer may be lost: the branch itself tells.
    const found = await findProposal(scratch, target, branch);
    if (found?.isMerged === false) {
      // What the first attempt finds existed before; later, two commits of one second can be identical.
      const existed = attempts === 0 || found.commit !== target.commit;
      return { branch, commit: found.commit, existed, cleared, address: undefined };
    }
    if (found) cleared = await removeBranch(scratch, branch, found.commit);
    const outcome = await push(scratch, target.commit, `refs/heads/${branch}`, ...(await listOptions()));
    if (outcome.kind === 'accepted') {
      const address = /https?:\/\/\S+\/merge_requests\/\S+/.exec(outcome.words)?.[0];
      return { branch, commit: target.commit, existed: false, cleared, address };
    }
    if (outcome.kind === 'unknown') reason = outcome.reason;
  }
  throw unwell(scratch, `did not take ${branch}`, reason);
}

/** The proposal that a branch holds, if any: the same one, or one that has been merged; `other-proposal` for any other. */
async function findProposal(scratch: Scratch, target: Target, branch: string) {
  const { git } = scratch;
  const commit = await scratch.fetchRef(`refs/heads/${branch}`);
  if (commit === undefined) return undefined;
  if (await isAncestor(git, commit, target.tip)) return { commit, isMerged: true };
  const base = await git.read(['merge-base', commit, target.tip]);
  const changes = (from: string, to: string) => git.read(['diff-tree', '-r', '--no-renames', '--raw', from, to]);
  const [theirs, ours] = [await changes(base, commit), await changes(target.tip, target.commit)];
  if (theirs === ours) return { commit, isMerged: false };
  const author = await git.read(['log', '--max-count=1', '--format=%an <%ae>', commit]);
  throw new Failure(
    'other-proposal',
    `The branch ${branch} proposes something else, by ${author}: it changes ${pathsOf(theirs) || 'nothing'}, and this changes ${pathsOf(ours)}.`,
    `Look at it: git diff ${target.branch}...${branch}. To propose anew, delete it: git push origin --delete ${branch}`,
  );
}

/** The files that a raw difference changes, each with its new blob, since two proposals may change the same file. */
function pathsOf(raw: string): string {
  return raw
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/^\S+ \S+ \S+ (\S{8})\S* \S+\t(.*)$/, '$2 ($1)'))
    .join(', ');
}

/** Removes a branch, if it has not moved. */
async function removeBranch(scratch: Scratch, branch: string, commit: string): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  const lease = `--force-with-lease=${ref}:${commit}`;
  const { status } = await scratch.call(['push', '--porcelain', '--no-verify', lease, 'origin', `:${ref}`]);
  return status === 0;
}
