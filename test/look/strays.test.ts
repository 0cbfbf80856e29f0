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

test('status tells of it, and of the environments as ever; to audit it is a breach', async () => {
  const { status, stdout, stderr } = await sandbox.gitops(checkout, ['status']);
  expect({ status, rows: stdout.match(/^[a-z]+/gm), stderr }).toEqual({
    status: 2,
    rows: ['dev', 'staging', 'production'],
    stderr:
      'environments/archive/production/values.yaml lies too deep: an environment is a folder of environments/ itself.\n' +
      'Move the file out of environments/, or give it another name.\n',
  });
  const audited = await sandbox.gitops(checkout, ['audit']);
  expect({ status: audited.status, stderr: audited.stderr }).toEqual({ status: 3, stderr: '' });
  expect(audited.stdout).toMatch(
    /^archive: invalid-file, by .*\n {2}environments\/archive\/production\/values.yaml lies/,
  );
});

test.each([
  ['environments/dev/values.yml', '100644', 'is not flow.yaml, <environment>/values.yaml or <environment>/hold.yaml.'],
  ['environments/dev/values.yaml', '120000', 'is a symbolic link or a submodule.'],
  ['environments/staging/hold.yaml', '120000', 'is a symbolic link or a submodule.'],
  ['environments/preview', '120000', 'is a symbolic link or a submodule.'],
])('%s with mode %s keeps everything from being delivered', async (path, mode, problem) => {
  const branch = `stray-${path.replaceAll(/\W/g, '-')}`;
  await sandbox.origin.commit('Tidy up', { 'environments/archive/production/values.yaml': undefined }, branch);
  await sandbox.origin.commit('Put it there', { [path]: 'elsewhere' }, branch, mode);
  expect(await sandbox.gitops(checkout, ['resume', 'production', '--branch', branch])).toEqual({
    status: 2,
    stdout: '',
    stderr: `${path} ${problem}\nMove the file out of environments/, or give it another name.\n`,
  });
});
