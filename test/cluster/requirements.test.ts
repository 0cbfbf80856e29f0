import { expect, test } from '@jest/globals';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runProgram } from '../../scripts/process/program.ts';

test('the proof of the cluster names the variables that are not set, and ends with 2', async () => {
  expect(await prepare({})).toEqual({
    status: 2,
    stderr:
      'Not set, or empty: KUBECONFIG, ARGOCD_SERVER, ARGOCD_AUTH_TOKEN.\n' +
      'environments/README.md says how such a cluster is made, and what each variable is for.\n',
  });
});

test('the proof of the cluster says that kubectl is missing, and ends with 2', async () => {
  const variables = { KUBECONFIG: 'none', ARGOCD_SERVER: '127.0.0.1:1', ARGOCD_AUTH_TOKEN: 'secret' };
  expect(await prepare(variables)).toEqual({
    status: 2,
    stderr: 'kubectl is not installed, or not on the PATH.\nInstall kubectl.\n',
  });
});

/** Runs what comes before the proof, on a machine where there is nothing. */
async function prepare(variables: NodeJS.ProcessEnv) {
  await using bin = await mkdtempDisposable(join(tmpdir(), 'bin-'));
  const { status, stderr } = await runProgram(process.execPath, [resolve('test/cluster/prepare.ts')], {
    env: { PATH: bin.path, HOME: bin.path, ...variables },
    timeLimit: 20_000,
  });
  return { status, stderr };
}
