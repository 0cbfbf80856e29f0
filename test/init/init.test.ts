import { mkdir, mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readIdentity } from '../../scripts/adopt/identity.ts';
import { applicationSetPath } from '../../scripts/argocd/applicationset.ts';
import { readEnvironmentNames } from '../../scripts/branch/checkout-environments.ts';
import { renderChart } from '../../scripts/helm/helm.ts';
import { init as write, planFiles, readTemplates } from '../../scripts/init/init.ts';
import { lintCheckout } from '../../scripts/lint/checkout.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { git, gitEnvironment } from '../support/git/git.ts';
import { runningValues } from '../support/git/origin.ts';
import { root } from '../support/kubernetes/render.ts';

const ours = await readIdentity(root);
const service = { identity: { ...ours, name: 'orders' }, port: 8000, live: '/', ready: '/', user: 1000 };

/** Runs `init` in a repository of its own, which has a remote or none. */
async function init(args: readonly string[], remote?: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'init-'));
  await git(folder.path, ['init', '--quiet']);
  if (remote !== undefined) await git(folder.path, ['remote', 'add', 'origin', remote]);
  const script = [resolve('scripts/gitops.ts'), 'init', ...args];
  const options = { cwd: folder.path, env: gitEnvironment, timeLimit: 25_000 };
  const { status, stdout, stderr } = await runProgram(process.execPath, script, options);
  const files = await readdir(folder.path, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const written = paths.filter((path) => !path.startsWith(join(folder.path, '.git/')));
  return { folder, status, stdout: stdout.toString(), stderr, written };
}

const remote = 'git@gitlab.acme.example:acme/backend/orders.git';
const named = ['--name', 'orders', '--port', '8000'];

test('it writes a chart that renders for each environment, with the names, probes and user of the service', async () => {
  const args = [
    ...named,
    '--live',
    '/alive',
    '--ready',
    '/able',
    '--user',
    '1234',
    '--registry',
    'registry.acme.example',
  ];
  const { folder: place, written, ...end } = await init(args, remote);
  await using folder = place;
  expect(end).toEqual({ status: 0, stdout: expect.stringContaining('Deliver orders'), stderr: '' });

  await lintCheckout(folder.path, folder.path, new AbortController().signal);
  for (const environment of await readEnvironmentNames(folder.path)) {
    const manifests = await renderChart({
      chart: join(folder.path, 'helm-chart'),
      values: [join(folder.path, valuesPath(environment))],
      set: { 'image.tag': '3f9c1b2a' },
      name: 'orders',
      namespace: `orders-${environment}`,
    });
    expect(manifests).toContain('image: "registry.acme.example/orders:3f9c1b2a"');
    expect(manifests).toMatch(/^ +path: "?\/alive"?$/m);
    expect(manifests).toMatch(/^ +path: "?\/able"?$/m);
  }

  expect(parse(await readFile(join(folder.path, 'helm-chart/values.yaml'), 'utf8'))).toMatchObject({
    port: 8000,
    runAs: { user: 1234, group: 1234 },
    // What is of Node, or of the metrics of this repository's service.
    nodeOptions: '',
    test: false,
    metrics: { enabled: false },
  });
  expect(await readFile(join(folder.path, applicationSetPath), 'utf8')).toContain('name: orders-{{');
  // What is left of this repository's names is where its jobs, its image and its README are.
  const lines = await Promise.all(written.map(async (path) => (await readFile(path, 'utf8')).split('\n')));
  const names = [`${ours.group}/${ours.name}`, `${ours.registry}/${ours.name}`];
  const left = lines.flat().filter((line) => names.some((name) => line.includes(name)));
  expect(left.filter((line) => !/^# |^ +- project: |^ +PIPELINE_IMAGE: /.test(line))).toEqual([]);
});

test('its pipeline has the jobs of this one that are one for each environment, and those of all services', async () => {
  await using folder = (await init(named, remote)).folder;
  const [own, theirs] = await Promise.all(
    [root, folder.path].map(async (place) => {
      return parse(await readFile(join(place, '.gitlab-ci.yml'), 'utf8')) as Record<string, object>;
    }),
  );
  const isOfEnvironment = (job: string) => /^(deploy|(promote|wait):.*)$/.test(job);
  const jobs = Object.fromEntries(Object.entries(own ?? {}).filter(([job]) => isOfEnvironment(job)));
  const { include, variables, ...rest } = theirs ?? {};
  expect(rest).toEqual(jobs);
  expect(Object.keys(variables ?? {})).toEqual(['ROLLBACK_ENVIRONMENT', 'PIPELINE_IMAGE']);
  expect(include).toEqual([{ project: `${ours.group}/${ours.name}`, ref: ours.branch, file: '.gitlab/delivery.yml' }]);
});

test.each(['.gitlab-ci.yml', 'environments', 'helm-chart'])('nothing is written where there is: %s', async (path) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'init-'));
  await mkdir(join(folder.path, path));
  const failure = { code: 'usage', message: `Nothing was written, for there is already: ${path}.` };
  await expect(write(folder.path, await readTemplates(), service)).rejects.toMatchObject(failure);
  expect(await readdir(folder.path, { recursive: true })).toEqual([path]);
});

test.each([
  [remote, 'https://gitlab.acme.example/acme/backend/orders.git'],
  ['ssh://git@gitlab.acme.example:2222/acme/orders.git', 'https://gitlab.acme.example/acme/orders.git'],
  ['https://ada:secret@gitlab.acme.example:8443/acme/orders', 'https://gitlab.acme.example:8443/acme/orders.git'],
])('of a remote at %s, Argo CD is given the address %s', async (remote, address) => {
  const { folder: place, status } = await init(['--port', '8000'], remote);
  await using folder = place;
  expect(status).toBe(0);
  const text = await readFile(join(folder.path, applicationSetPath), 'utf8');
  const addresses = new Set([...text.matchAll(/repoURL: (.*)/g)].map(([, found]) => found));
  expect([...addresses]).toEqual([address]);
});

test('without a remote all that is missing is named, and a name that is not the remote’s is refused', async () => {
  const { folder: first, ...lacking } = await init(named);
  const { folder: second, ...other } = await init(['--name', 'bills', '--port', '8000'], remote);
  await Promise.all([first.remove(), second.remove()]);
  expect(lacking).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^--group is missing: .*\n--host is missing: /),
  });
  expect(other).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^--name is bills, but origin is the project orders,/),
  });
});

test('an environment begins with no release, whatever it runs here', () => {
  const path = valuesPath('dev');
  const text = runningValues('dev', '3f9c1b2a', `sha256:${'a'.repeat(64)}`, `3f9c1b2a${'0'.repeat(32)}`);
  const planned = planFiles({ identity: ours, files: { [path]: text } }, service).get(path) ?? '';
  expect(readImage({ path, bytes: Buffer.from(planned) })).toBeUndefined();
});
