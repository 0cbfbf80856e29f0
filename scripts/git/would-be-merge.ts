import { Failure } from '../shell/failure.ts';
import { commitTree } from './commit.ts';
import type { Git } from './git.ts';

// Nobody knows yet who will merge it, and whoever proposed it must not be taken for that person.
const nobody = 'Whoever merges <nobody@invalid>';

/** Writes the commit that a merge on GitLab's server would make, and gives its SHA; it is not pushed. */
export async function writeMerge(
  git: Git,
  { branch, tip, head, name, time }: Record<'branch' | 'tip' | 'head' | 'name', string> & { time: Date },
): Promise<string> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', tip, head];
  const { status, stdout, stderr } = await git.run(args);
  const [tree = '', ...paths] = stdout.toString().split('\n').filter(Boolean);
  if (status === 1) {
    throw new Failure(
      'conflict',
      `The checkout does not merge into ${branch}: both changed ${paths.join(', ')}.`,
      `Merge ${branch} into it and resolve the conflict; a promotion must be made again instead.`,
    );
  }
  if (status !== 0) {
    const words = stderr.trim().split('\n')[0] ?? '';
    const hint = 'Install Git 2.38 or a newer one.';
    throw new Failure('missing-program', `Git does not merge without a work tree: ${words}`, hint);
  }
  const message = `Merge branch '${name}' into '${branch}'\n`;
  const identity = { author: nobody, committer: nobody };
  const merge = await commitTree(git, ['-p', tip, '-p', head, tree], { message, time }, identity);
  return merge.stdout.toString().trim();
}
