import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { applicationSetPath, parseApplicationSet, parseSources } from '../../scripts/argocd/applicationset.ts';
import { projectsPath } from '../../scripts/argocd/projects.ts';
import { helmVersions } from '../../scripts/helm/program.ts';
import { flowPath } from '../../scripts/release/flow.ts';
import { Checkout } from '../support/command/checkout.ts';

let checkout: Checkout;

beforeEach(async () => {
  checkout = await Checkout.create();
});

afterEach(async () => {
  await checkout[Symbol.asyncDispose]();
});

test('a checkout that is fine gets one line', async () => {
  expect(await checkout.lint()).toEqual({
    status: 0,
    stdout: `The chart renders for ${checkout.environments.toSorted().join(', ')} with Helm ${helmVersions.join(' and ')}.\n`,
    stderr: '',
  });
});

test('a values file with a misspelt key is named, with the key', async () => {
  await appendFile(checkout.at('environments/staging/values.yaml'), 'replica: 3\n');
  const { status, stderr } = await checkout.lint();
  expect(status).toBe(2);
  expect(stderr).toContain(checkout.at('environments/staging/values.yaml'));
  expect(stderr).toContain("additional properties 'replica' not allowed");
});

test('a branch that Argo CD reads and nobody delivers to is named', async () => {
  const file = checkout.at(applicationSetPath);
  const text = await readFile(file, 'utf8');
  const [{ revision: branch } = { revision: '' }] = parseSources({
    path: applicationSetPath,
    bytes: Buffer.from(text),
  });
  await writeFile(file, text.replaceAll(`revision: ${branch}`, 'revision: elsewhere'));
  expect(await checkout.lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      `${applicationSetPath}: Argo CD reads the branch elsewhere, but the commands deliver to ${branch}.\n` +
      `Write revision: ${branch}; or, where the branch is elsewhere, name that in usualBranch of scripts/branch/place.ts.\n`,
  });
  const run = await checkout.lint({ env: { CI_DEFAULT_BRANCH: 'elsewhere' } });
  expect(run).toMatchObject({ status: 0, stderr: '' });
});

test('an environment that takes itself for another is named', async () => {
  await cp(checkout.at('environments/dev'), checkout.at('environments/preview'), { recursive: true });
  await addToFlow('preview');
  expect(await checkout.lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/preview/values.yaml: environment is "dev", but the folder is preview.\n' +
      'Write environment: preview\n',
  });
});

test('an environment without a folder, and a folder outside the flow, are named with the line', async () => {
  await addToFlow('preview');
  await cp(checkout.at('environments/dev'), checkout.at('environments/qa'), { recursive: true });
  expect(await checkout.lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/flow.yaml:2: environments.0.name: preview has no environments/preview/values.yaml: add that file, or take preview out of the flow\n' +
      'environments/flow.yaml:2: environments: environments/qa/values.yaml belongs to no environment of this flow: list qa, or remove that file\n' +
      'environments/README.md says what the flow may hold.\n',
  });
});

test('a values file in a deeper folder, which Argo CD would find, is named', async () => {
  await cp(checkout.at('environments/dev'), checkout.at('environments/archive/dev'), { recursive: true });
  expect(await checkout.lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/archive/dev/values.yaml lies too deep: an environment is a folder of environments/ itself.\n' +
      'Move the file out of environments/, or give it another name.\n',
  });
});

test('an environment without a project, or with one that allows more than its namespace, is named', async () => {
  const file = checkout.at(projectsPath);
  const projects = await readFile(file, 'utf8');
  const { project, namespace } = parseApplicationSet(
    { path: applicationSetPath, bytes: await readFile(checkout.at(applicationSetPath)) },
    'dev',
  );
  await writeFile(file, projects.replace(`name: ${project}`, 'name: nobody'));
  expect(await checkout.lint()).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`${projectsPath}: there is no AppProject ${project}.\n`),
  });
  await writeFile(file, projects.replace(`namespace: ${namespace}`, "namespace: '*'"));
  expect(await checkout.lint()).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/the destinations of \S+ must be \[\{.*\}\] and nothing more\.\n/),
  });
});

test('a hold that nobody can read is named, with the way out', async () => {
  await writeFile(checkout.at('environments/dev/hold.yaml'), 'reason: look into it\nsince: today\n');
  expect(await checkout.lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/dev/hold.yaml: by: is missing\n' +
      'environments/dev/hold.yaml:2: since: must be a time such as 2026-12-23T00:00:00Z\n' +
      'Mend it, or remove it: npm run resume -- dev\n',
  });
});

test('a machine for which no Helm is packaged, and that has none, is told so', async () => {
  const preload = 'Object.defineProperty(process, "platform", { value: "darwin" })';
  expect(
    await checkout.lint({
      options: ['--import', `data:text/javascript,${preload}`],
      env: { PATH: '/nowhere' },
    }),
  ).toEqual({
    status: 2,
    stdout: '',
    stderr: 'helm is not installed, or not on the PATH.\nInstall helm.\n',
  });
});

test('a template that does not render is named, with its line', async () => {
  await writeFile(checkout.at('helm-chart/templates/extra.yaml'), 'a: {{ .Values.nothing.at.all }}\n');
  const { status, stderr } = await checkout.lint();
  expect(status).toBe(2);
  expect(stderr).toContain('templates/extra.yaml:1:');
});

async function addToFlow(name: string): Promise<void> {
  const file = checkout.at(flowPath);
  const flow = await readFile(file, 'utf8');
  await writeFile(file, flow.replace('environments:\n', `environments:\n  - name: ${name}\n`));
}
