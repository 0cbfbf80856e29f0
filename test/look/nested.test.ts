import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';
import { emptyValues } from '../support/git/origin.ts';

let sandbox: Sandbox;
let checkout: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  const nested = { 'environments/archive/production/values.yaml': emptyValues('production') };
  await sandbox.origin.commit('Keep the old values', nested);
  checkout = await sandbox.clone();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

test.each([
  'status',
  'audit',
  'history dev',
  'diff dev',
  'wait dev',
  `deploy dev --tag 12345678 --digest sha256:${'a'.repeat(64)}`,
  'promote staging',
  'rollback dev --reason x',
  'hold dev --reason x',
  'resume dev',
])('%s refuses a values file in a deeper folder, which Argo CD would find', async (command) => {
  const env = { ARGOCD_SERVER: 'http://127.0.0.1:9', ARGOCD_AUTH_TOKEN: 'none' };
  expect(await sandbox.gitops(checkout, command.split(' '), env)).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/archive/production/values.yaml lies too deep: an environment is a folder of environments/ itself.\n' +
      'Move the file out of environments/, or give it another name.\n',
  });
});
