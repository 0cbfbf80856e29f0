import { expect, test } from '@jest/globals';
import { createSandbox } from '../support/command/sandbox.ts';
import { listen } from '../support/process/loopback.ts';

test('a server that hangs keeps no other check from its answer', async () => {
  await using sandbox = await createSandbox();
  await sandbox.origin.commit('Begin');
  await using argo = await listen(() => undefined);
  const { status, stdout } = await sandbox.gitops(
    await sandbox.clone(),
    ['doctor', '--for', 'operator', '--timeout', '5s'],
    { ARGOCD_SERVER: `http://${argo.host}`, ARGOCD_AUTH_TOKEN: 'a-token' },
  );
  expect(status).toBe(5);
  expect(stdout).toMatch(/^✗ +argocd +.*no answer within 5 s/im);
  expect(stdout.match(/^✗/gm)).toHaveLength(1);
  expect(stdout.match(/^✓/gm)).toHaveLength(6);
});
