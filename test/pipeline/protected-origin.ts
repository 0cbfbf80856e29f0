import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../support/git/git.ts';
import { Origin } from '../support/git/origin.ts';

/** Who has the token of the settings may push to main, and starts no pipeline by it. */
const guard = `while read -r _ _ ref; do
  [ "$ref" = refs/heads/main ] || continue
  [ "$REMOTE_USER" = oauth2 ] || { echo "GitLab: You are not allowed to push code to protected branches" >&2; exit 1; }
  [ "$GIT_PUSH_OPTION_0" = ci.skip ] || { echo "The push would start a pipeline" >&2; exit 1; }
done
env | sed -n 's/^GIT_PUSH_OPTION_[0-9]*=//p' | sort > push-options`;

/** Makes the server's repository of the commit that a checkout is at. Its main is protected. */
export async function createProtectedOrigin(directory: string, checkout: string): Promise<Origin> {
  await git('/', ['init', '--quiet', '--bare', '--initial-branch=main', directory]);
  await git(directory, ['config', 'receive.advertisePushOptions', 'true']);
  await git(directory, ['config', 'uploadpack.allowFilter', 'true']);
  const source = [checkout, 'HEAD:refs/heads/main'];
  await git(directory, ['fetch', '--quiet', '--no-tags', '--update-shallow', ...source]);
  const origin = new Origin(directory);
  await origin.installHook('pre-receive', guard);
  return origin;
}

/** The options of the last push, sorted. */
export async function readPushOptions({ directory }: Origin): Promise<string[]> {
  return (await readFile(join(directory, 'push-options'), 'utf8')).trimEnd().split('\n');
}
