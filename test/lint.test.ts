import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helmVersions } from '../scripts/cluster/helm-program.ts';
import { runProgram } from '../scripts/program.ts';
import { root } from './support/render.ts';

let checkout: string;

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'lint-'));
  for (const part of ['package.json', 'scripts', 'helm-chart', 'environments']) {
    await cp(join(root, part), join(checkout, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
});

afterEach(async () => {
  await rm(checkout, { recursive: true });
});

test('a checkout that is fine gets one line', async () => {
  expect(await lint()).toEqual({
    status: 0,
    stdout: `The chart renders for dev, production, staging with Helm ${helmVersions.join(' and ')}.\n`,
    stderr: '',
  });
});

test('a values file with a misspelt key is named, with the key', async () => {
  await appendFile(join(checkout, 'environments/staging/values.yaml'), 'replica: 3\n');
  const { status, stderr } = await lint();
  expect(status).toBe(2);
  expect(stderr).toContain(join(checkout, 'environments/staging/values.yaml'));
  expect(stderr).toContain("additional properties 'replica' not allowed");
});

test('an environment that takes itself for another is named', async () => {
  await cp(join(checkout, 'environments/dev'), join(checkout, 'environments/preview'), { recursive: true });
  expect(await lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/preview/values.yaml: environment is "dev", but the folder is preview.\n' +
      'Write environment: preview\n',
  });
});

test('a machine for which no Helm is packaged, and that has none, is told so', async () => {
  const preload = 'Object.defineProperty(process, "platform", { value: "darwin" })';
  expect(await lint('--import', `data:text/javascript,${preload}`)).toEqual({
    status: 2,
    stdout: '',
    stderr: 'helm is not installed, or not on the PATH.\nInstall helm.\n',
  });
});

test('a template that does not render is named, with its line', async () => {
  await writeFile(join(checkout, 'helm-chart/templates/extra.yaml'), 'a: {{ .Values.nothing.at.all }}\n');
  const { status, stderr } = await lint();
  expect(status).toBe(2);
  expect(stderr).toContain('templates/extra.yaml:1:');
});

async function lint(...options: string[]) {
  const { status, stdout, stderr } = await runProgram(process.execPath, [...options, 'scripts/lint.ts'], {
    cwd: checkout,
    env: { PATH: join(checkout, 'nothing') },
    timeLimit: 25_000,
  });
  return { status, stdout: stdout.toString(), stderr };
}
