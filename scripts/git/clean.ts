import { Failure } from '../shell/failure.ts';
import { openGit, type Git } from './git.ts';

/** Opens a checkout to change its files, where the change stands alone: `usage` when it has others that are not committed. */
export async function openClean(root: string, signal: AbortSignal): Promise<Git> {
  const git = openGit(root, { env: process.env, signal });
  if ((await git.read(['status', '--porcelain'])) === '') return git;
  throw new Failure(
    'usage',
    `${root} has changes that are not committed.`,
    'Commit them, or put them away by git stash; then this change stands alone, and git restore . takes it back.',
  );
}

/** Lists the files that git knows in places of a checkout. */
export async function listKnown(git: Git, ...places: readonly string[]): Promise<string[]> {
  return (await git.read(['ls-files', '-z', '--', ...places])).split('\0').filter(Boolean);
}
