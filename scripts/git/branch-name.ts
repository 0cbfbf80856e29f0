import { Failure } from '../shell/failure.ts';
import { openGit, type GitOptions } from './git.ts';

/** @throws {Failure} `usage` when Git lets no branch have the name. */
export async function requireBranchName(name: string, directory: string, options: GitOptions): Promise<void> {
  const { status } = await openGit(directory, options).run(['check-ref-format', `refs/heads/${name}`]);
  // Any other status is not about the name.
  if (status !== 1 && !name.startsWith('-')) return;
  throw new Failure(
    'usage',
    `${JSON.stringify(name)} is not a valid name of a branch.`,
    'Name the branch that the deliveries go to by --branch; git branch --remotes lists those of the remote.',
  );
}
