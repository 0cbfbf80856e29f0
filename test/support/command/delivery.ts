import type { Sandbox, Run } from './sandbox.ts';

/** The digest of the image of every release here. */
export const digest = `sha256:${'a'.repeat(64)}`;

/** Commits a release, and deploys it from a checkout to the first environment. */
export async function deployRelease(
  sandbox: Sandbox,
  checkout: string,
  { env = {}, args = [] }: { env?: NodeJS.ProcessEnv | undefined; args?: readonly string[] } = {},
): Promise<Run & { tag: string }> {
  const tag = (await sandbox.origin.commit('Add a thing')).slice(0, 8);
  const words = ['deploy', 'dev', '--tag', tag, '--digest', digest, ...args];
  return { tag, ...(await sandbox.gitops(checkout, words, env)) };
}

/** What such a run is when it has gone well, with nothing to say but what it did. */
export async function delivered({ origin }: Sandbox, tag: string, instead = 'nothing') {
  const live = 'To know when it is live: npm run wait -- dev';
  const stdout = `dev is to run ${tag} instead of ${instead}, by commit ${await origin.tip()}.\n${live}\n`;
  return { tag, status: 0, stdout, stderr: '' };
}
