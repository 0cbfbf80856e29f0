import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applicationSetPath, parseApplicationSet, parseBranches } from '../scripts/argocd/applicationset.ts';
import { projectsPath } from '../scripts/argocd/projects.ts';
import { helmVersions } from '../scripts/helm/program.ts';
import { runProgram } from '../scripts/process/program.ts';
import { flowPath } from '../scripts/release/flow.ts';
import { replaceScalars } from '../scripts/release/scalars.ts';
import { valuesPath } from '../scripts/release/values.ts';
import { namedApplications, projectsOf } from './support/git/applicationset.ts';
import { flow } from './support/git/flow.ts';
import { git } from './support/git/git.ts';
import { emptyValues } from './support/git/origin.ts';
import { root } from './support/kubernetes/render.ts';

const environments = ['dev', 'staging', 'production'];

let checkout: string;
/** Where programs are found; git alone is needed, and only once a release runs. */
let path: string | undefined;

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'lint-'));
  path = join(checkout, 'nothing');
  for (const part of ['package.json', 'scripts', 'helm-chart']) {
    await cp(join(root, part), join(checkout, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  await writeFiles({
    ...flow(),
    ...namedApplications,
    ...projectsOf(environments),
    ...Object.fromEntries(environments.map((name) => [valuesPath(name), emptyValues(name)])),
  });
});

afterEach(async () => {
  await rm(checkout, { recursive: true });
});

test('a checkout that is fine gets one line', async () => {
  expect(await lint()).toEqual({
    status: 0,
    stdout: `The chart renders for ${environments.toSorted().join(', ')} with Helm ${helmVersions.join(' and ')}.\n`,
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

test('a branch that Argo CD reads and nobody delivers to is named', async () => {
  const file = join(checkout, applicationSetPath);
  const text = await readFile(file, 'utf8');
  const [branch = ''] = parseBranches({ path: applicationSetPath, bytes: Buffer.from(text) });
  await writeFile(file, text.replaceAll(`revision: ${branch}`, 'revision: elsewhere'));
  expect(await lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      `${applicationSetPath}: Argo CD reads the branch elsewhere, but the commands deliver to ${branch}.\n` +
      `Write revision: ${branch}; or, where the branch is elsewhere, name that in usualBranch of scripts/branch/place.ts.\n`,
  });
  const run = await runProgram(process.execPath, ['scripts/lint.ts'], {
    cwd: checkout,
    env: { PATH: path, CI_DEFAULT_BRANCH: 'elsewhere' },
    timeLimit: 25_000,
  });
  expect(run).toMatchObject({ status: 0, stderr: '' });
});

test('an environment that takes itself for another is named', async () => {
  await cp(join(checkout, 'environments/dev'), join(checkout, 'environments/preview'), { recursive: true });
  await addToFlow('preview');
  expect(await lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/preview/values.yaml: environment is "dev", but the folder is preview.\n' +
      'Write environment: preview\n',
  });
});

test('an environment without a folder, and a folder outside the flow, are named with the line', async () => {
  await addToFlow('preview');
  await cp(join(checkout, 'environments/dev'), join(checkout, 'environments/qa'), { recursive: true });
  expect(await lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/flow.yaml:2: environments.0.name: preview has no environments/preview/values.yaml: add that file, or take preview out of the flow\n' +
      'environments/flow.yaml:2: environments: environments/qa/values.yaml is of no environment here: list qa, or remove that file\n' +
      'environments/README.md says what the flow may hold.\n',
  });
});

test('a values file in a deeper folder, which Argo CD would find, is named', async () => {
  const folder = join(checkout, 'environments/archive');
  await cp(join(checkout, 'environments/dev'), join(folder, 'dev'), { recursive: true });
  expect(await lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/archive/dev/values.yaml lies too deep: an environment is a folder of environments/ itself.\n' +
      'Move the file out of environments/, or give it another name.\n',
  });
});

test('an environment without a project, or with one that allows more than its namespace, is named', async () => {
  const file = join(checkout, projectsPath);
  const projects = await readFile(file, 'utf8');
  const { project, namespace } = parseApplicationSet(
    { path: applicationSetPath, bytes: await readFile(join(checkout, applicationSetPath)) },
    'dev',
  );
  await writeFile(file, projects.replace(`name: ${project}`, 'name: nobody'));
  expect(await lint()).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`${projectsPath}: there is no AppProject ${project}.\n`),
  });
  await writeFile(file, projects.replace(`namespace: ${namespace}`, "namespace: '*'"));
  expect(await lint()).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/the destinations of \S+ must be \[\{.*\}\] and nothing more\.\n/),
  });
});

test('a hold that nobody can read is named, with the way out', async () => {
  await writeFile(join(checkout, 'environments/dev/hold.yaml'), 'reason: look into it\nsince: today\n');
  expect(await lint()).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'environments/dev/hold.yaml: by: is missing\n' +
      'environments/dev/hold.yaml:2: since: is no time such as 2026-12-23T00:00:00Z\n' +
      'Mend it, or remove it: npm run resume -- dev\n',
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

describe('when releases run', () => {
  let old: string;

  beforeEach(async () => {
    path = process.env.PATH;
    await git(checkout, ['init', '--quiet']);
    old = await commit();
    await deliver('dev', old);
    await deliver('production', old);
    await editSchema();
  });

  test('a value that the chart of the running release does not know is refused', async () => {
    await appendFile(join(checkout, 'environments/production/values.yaml'), 'colour: blue\n');
    const { status, stderr } = await lint();
    expect(status).toBe(2);
    expect(stderr).toContain(
      `environments/production/values.yaml does not fit the chart of ${old}, which production runs.\n`,
    );
    expect(stderr).toContain("additional properties 'colour' not allowed");
    expect(stderr).toContain('first deliver one that knows the value');
  });

  test('so is one that the chart of the way back does not know', async () => {
    await deliverAll(await commit());
    await appendFile(join(checkout, 'environments/production/values.yaml'), 'colour: blue\n');
    const { status, stderr } = await lint();
    expect(status).toBe(2);
    expect(stderr).toContain(
      `environments/production/values.yaml does not fit the chart of ${old}, which a rollback of production returns to.\n`,
    );
  });

  test('an environment that is held needs no way back', async () => {
    await deliverAll(await commit());
    await appendFile(join(checkout, 'environments/production/values.yaml'), 'colour: blue\n');
    const hold = 'reason: look into it\nby: ada\nsince: 2026-09-21T10:00:00Z\n';
    await writeFile(join(checkout, 'environments/production/hold.yaml'), hold);
    expect(await lint()).toMatchObject({ status: 0, stderr: '' });
  });

  test('it is accepted once the release that runs and the one before both know it', async () => {
    const before = await commit();
    await deliverAll(before);
    const young = await commit();
    await deliverAll(young);
    await appendFile(join(checkout, 'environments/production/values.yaml'), 'colour: blue\n');
    const { status, stdout } = await lint();
    expect(status).toBe(0);
    for (const tag of [before, young])
      expect(stdout).toContain(
        `So does the chart of ${tag}, where it runs, comes next or is the way back.\n`,
      );
  });

  test('a chart that names another image than the release is refused', async () => {
    const job = `apiVersion: v1
kind: Pod
metadata: { name: migrate }
spec: { containers: [{ name: migrate, image: "{{ .Values.image.repository }}:1.2.3" }] }
`;
    await writeFile(join(checkout, 'helm-chart/templates/migrate.yaml'), job);
    const odd = await commit();
    await deliver('dev', odd);
    expect((await lint()).stderr).toMatch(
      new RegExp(`the chart of ${odd} renders the image \\S+:1\\.2\\.3, expected \\S+:${odd}\\.\n`),
    );
  });

  test('a release whose chart comes next is rendered too', async () => {
    await appendFile(join(checkout, 'environments/staging/values.yaml'), 'colour: blue\n');
    expect((await lint()).stderr).toContain(
      `environments/staging/values.yaml does not fit the chart of ${old}, which staging gets next.\n`,
    );
  });

  test('a history that does not reach back to a release is told so', async () => {
    await deliver('dev', '0123456789abcdef');
    expect(await lint()).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /^There is no chart of the release 0123456789abcdef here\.\n.*git fetch --unshallow\n$/,
      ),
    });
  });

  async function deliverAll(tag: string): Promise<void> {
    for (const environment of environments) await deliver(environment, tag);
  }

  async function commit(): Promise<string> {
    await git(checkout, ['add', 'helm-chart', 'environments']);
    await git(checkout, ['commit', '--quiet', '--message', 'A release']);
    return git(checkout, ['rev-parse', '--short=8', 'HEAD']);
  }

  async function editSchema(): Promise<void> {
    const file = join(checkout, 'helm-chart/values.schema.json');
    const schema = JSON.parse(await readFile(file, 'utf8')) as { properties: object };
    Object.assign(schema.properties, { colour: { type: 'string' } });
    await writeFile(file, JSON.stringify(schema));
  }
});

async function addToFlow(name: string): Promise<void> {
  const file = join(checkout, flowPath);
  const flow = await readFile(file, 'utf8');
  await writeFile(file, flow.replace('environments:\n', `environments:\n  - name: ${name}\n`));
}

async function deliver(environment: string, tag: string): Promise<void> {
  const file = join(checkout, valuesPath(environment));
  const values = { path: file, bytes: await readFile(file) };
  await writeFile(
    file,
    replaceScalars(values, [
      { path: ['image', 'tag'], value: tag },
      { path: ['image', 'digest'], value: '' },
    ]),
  );
}

async function writeFiles(files: Readonly<Record<string, string | Uint8Array | undefined>>): Promise<void> {
  for (const [path, content = ''] of Object.entries(files)) {
    await mkdir(dirname(join(checkout, path)), { recursive: true });
    await writeFile(join(checkout, path), content);
  }
}

async function lint(...options: string[]) {
  const { status, stdout, stderr } = await runProgram(process.execPath, [...options, 'scripts/lint.ts'], {
    cwd: checkout,
    env: { PATH: path },
    timeLimit: 25_000,
  });
  return { status, stdout: stdout.toString(), stderr };
}
