import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applicationSetPath } from '../../scripts/argocd/applicationset.ts';
import { namedApplications } from '../support/git/applicationset.ts';
import { flow } from '../support/git/flow.ts';
import { chart, runningValues } from '../support/git/origin.ts';
import type { Files, Origin } from '../support/git/origin.ts';
import { git } from '../support/git/git.ts';
import { digestOf, runs } from '../support/git/runs.ts';
import { installRivals } from '../support/command/rivals.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Run, Sandbox } from '../support/command/sandbox.ts';

const templatePath = 'helm-chart/templates/deployment.yaml';
const template = String(chart[templatePath]);
const schemaPath = 'helm-chart/values.schema.json';
const withoutChart = Object.fromEntries([...Object.keys(chart), schemaPath].map((path) => [path, undefined]));
const repository = 'registry.example.com/orders';

// One sandbox serves all, each on a branch of its own.
let sandbox: Sandbox;
let origin: Origin;
let checkout: string;
/** Three releases: a chart that takes any value, one that takes those of the project alone, and one that takes a colour. */
let [lenient, strict, colourful] = ['', '', ''];

beforeAll(async () => {
  sandbox = await createSandbox();
  ({ origin } = sandbox);
  lenient = await release('main', {});
  strict = await release('main', schema());
  colourful = await release('main', schema('colour'));
  checkout = await sandbox.clone({ asJob: true });
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

const schemaWords = (key: string) =>
  `Helm 4 does not accept the chart helm-chart with environments/production/values.yaml:
Error: values don't meet the specifications of the schema(s) in the following chart(s):
orders:
- at '': additional properties '${key}' not allowed`;

test('a rollback to a chart that does not take the values of today is refused, and the way out named', async () => {
  const branch = await ran('way-out', [lenient, strict, colourful], 'colour: blue\n');
  const message = `production does not render with ${strict}, so nothing was pushed.\n${schemaWords('colour')}`;
  const hint = `${lenient} renders: npm run rollback -- production --to ${lenient} --reason <text>
Or first take out of environments/production/values.yaml what the chart of ${strict} does not take.`;

  await expectRefusal(() => rollback(branch), `${message}\n${hint}\n`);
  await expectRefusal(() => rollback(branch, '--to', strict, '--dry-run'), `${message}\n${hint}\n`);
  expect(JSON.parse((await rollback(branch, '--json')).stdout)).toEqual({
    error: { code: 'invalid-chart', message, hint },
  });
  expect(await rollback(branch, '--to', lenient)).toMatchObject({ status: 0, stderr: '' });
});

test('where no other release renders either, what must go first is said', async () => {
  const branch = await ran('no-way-out', [strict, colourful], 'colour: blue\n');
  await expectRefusal(
    () => rollback(branch),
    `production does not render with ${strict}, so nothing was pushed.\n${schemaWords('colour')}
First take out of environments/production/values.yaml what the chart of ${strict} does not take, then go back.\n`,
  );
  const values = await origin.read('environments/production/values.yaml', branch);
  await origin.commit(
    'Do without a colour',
    { 'environments/production/values.yaml': values.replace('colour: blue\n', '') },
    branch,
  );
  expect(await rollback(branch)).toMatchObject({ status: 0, stderr: '' });
});

test.each(['push', 'merge-request'] as const)(
  'a promotion by %s to values with a slip is refused, and so is its dry run',
  async (via) => {
    const values = runningValues('production', lenient, digestOf(lenient)).replace('replicas', 'replica');
    const branch = await commit(`slip-${via}`, {
      ...flow(via === 'push' ? {} : { production: { via } }),
      ...runs({ staging: strict }),
      'environments/production/values.yaml': values,
    });
    const words = `production does not render with ${strict}, so nothing was pushed.\n${schemaWords('replica')}
Correct environments/production/values.yaml, or promote a release whose chart takes it.\n`;
    await expectRefusal(() => gitops(branch, ['promote', 'production']), words);
    await expectRefusal(() => gitops(branch, ['promote', 'production', '--dry-run']), words);
  },
);

test('a dry run is no stricter than the real run: what runs may be broken already', async () => {
  const broken = await release('mended', { [templatePath]: '{{ fail "broken" }}' });
  const mended = await release('mended', { [templatePath]: template });
  const branch = await commit('mended', runs({ staging: broken, dev: mended }));
  const dry = await gitops(branch, ['promote', 'staging', '--dry-run']);
  expect(dry).toMatchObject({
    status: 0,
    stdout: `Nothing was changed. staging runs ${broken}; it would run ${mended}.\n`,
  });
  expect(dry.stderr).toContain('staging: what the cluster would see cannot be shown: ');
  expect(await gitops(branch, ['promote', 'staging'])).toMatchObject({ status: 0, stderr: '' });
});

interface Case {
  name: string;
  files: Files;
  /** What is said after the first line; `TAG` and `IMAGE` stand for the release's own. */
  problem: string;
}

const expected = 'expected IMAGE.';
const cases: Case[] = [
  {
    name: 'a chart that names another tag',
    files: { [templatePath]: template.replace('{{ .tag }}', 'latest') },
    problem: `With environments/dev/values.yaml, the chart of TAG renders the image ${repository}:latest@DIGEST, ${expected}`,
  },
  {
    name: 'a chart that leaves out the digest',
    files: { [templatePath]: template.replace('@{{ . }}', '') },
    problem: `With environments/dev/values.yaml, the chart of TAG renders the image ${repository}:TAG, ${expected}`,
  },
  {
    name: 'a chart of which one container of several runs another image',
    files: {
      [templatePath]: template.replace(
        '      containers:',
        `      initContainers: [{ name: migrate, image: ${repository} }]\n      containers:`,
      ),
    },
    problem: `With environments/dev/values.yaml, the chart of TAG renders the image ${repository}, ${expected}`,
  },
  {
    name: 'a chart whose only container is of a repository that begins with the same letters',
    files: { [templatePath]: template.replace('{{ .repository }}', '{{ .repository }}-proxy') },
    problem: `With environments/dev/values.yaml, the chart of TAG renders no image of ${repository}, ${expected}`,
  },
  {
    name: 'a chart with no container at all',
    files: { [templatePath]: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: orders }\n' },
    problem: `With environments/dev/values.yaml, the chart of TAG renders no image of ${repository}, ${expected}`,
  },
  {
    name: 'values that say something else to Helm',
    files: {
      'environments/dev/values.yaml': runningValues('dev', '', '').replace(
        'image:\n',
        `image:\n  repository: !!binary ${Buffer.from('registry.example.com/other').toString('base64')}\n`,
      ),
    },
    problem: `With environments/dev/values.yaml, the chart of TAG renders no image of ${repository}, ${expected}`,
  },
  {
    name: 'values and a chart that name no repository',
    files: { 'helm-chart/values.yaml': 'image: {}\n' },
    problem: 'image.repository is set neither in environments/dev/values.yaml nor in helm-chart/values.yaml of TAG.',
  },
  {
    name: 'a release without a chart',
    files: withoutChart,
    problem: 'The release TAG has no chart at helm-chart.',
  },
  {
    name: 'manifests that are no YAML to every parser',
    files: { [templatePath]: `${template}        - name: a\n          name: b\n` },
    problem: 'the rendered chart:18: duplicate key "name".\n',
  },
  {
    name: 'manifests that are no objects',
    files: { 'helm-chart/templates/odd.yaml': 'replicas: 1\n' },
    problem:
      'the rendered chart:17: this is not a Kubernetes object: it must have an apiVersion, a kind and metadata.\n',
  },
];

test.each(cases)('$name: refused, and nothing is pushed', async ({ name, files, problem }) => {
  const branch = name.replaceAll(/\W+/g, '-');
  const tag = await release(branch, files);
  const image = `${repository}:${tag}@${digestOf(tag)}`;
  const words = problem.replace('IMAGE', image).replaceAll('TAG', tag).replace('DIGEST', digestOf(tag));
  await expectRefusal(
    () => deploy(branch, tag),
    expect.stringContaining(`dev does not render with ${tag}, so nothing was pushed.\n${words}`),
  );
});

test('an image without a digest, and one of a repository of its own, are rendered as the values say', async () => {
  const own = `image:\n  repository: other.example.com/orders\n`;
  const values = runningValues('production', colourful, '').replace('image:\n', own);
  const path = 'environments/production/values.yaml';
  await commit('bare', { [path]: values.replaceAll(colourful, strict) });
  const branch = await commit('bare', { [path]: values });
  expect(await rollback(branch)).toMatchObject({ status: 0, stderr: '' });
  expect(await origin.read(path, branch)).toContain(
    `${own}  # Written by deliveries.\n  tag: "${strict}"\n  digest: ""`,
  );
});

test('a chart is rendered where and as what the ApplicationSet says, where it says that', async () => {
  const rule = namedApplications[applicationSetPath];
  const moved: Files = Object.fromEntries(
    Object.entries(chart).map(([path, content]) => [path.replace('helm-chart', 'deploy/chart'), content]),
  );
  const guarded = template.replace(
    'kind: Deployment',
    '{{ if ne .Release.Namespace "orders-dev" }}{{ fail "elsewhere" }}{{ end }}\nkind: Deployment',
  );
  const files = { ...withoutChart, ...moved, 'deploy/chart/templates/deployment.yaml': guarded };
  const tag = await release('moved', files);
  await commit('moved', { [applicationSetPath]: rule.replace('path: helm-chart', 'path: deploy/chart') });
  expect(await deploy('moved', tag)).toMatchObject({ status: 0, stderr: '' });
});

test('an ApplicationSet that is not understood keeps nobody from going back', async () => {
  const branch = await ran('clever', [lenient, strict]);
  await commit(branch, { [applicationSetPath]: 'spec: {{ clever }}\n' });
  expect(await rollback(branch)).toMatchObject({ status: 0, stderr: '' });
});

test('a chart whose tree leads out of its folder writes nothing there', async () => {
  const blob = await origin.git('rev-parse', 'main:README.md');
  const base = await origin.git('ls-tree', 'main:helm-chart');
  // Git makes no such tree by itself, and takes one.
  const file = await mktree(`100644 blob ${blob}\tevil.txt`);
  const up = await mktree(`040000 tree ${file}\t..`);
  const folder = await mktree(`${base}\n040000 tree ${up}\tfiles`);
  const top = (await origin.git('ls-tree', 'main')).replace(
    /040000 tree \S+\thelm-chart/,
    `040000 tree ${folder}\thelm-chart`,
  );
  const hostile = await origin.git('commit-tree', '-p', 'main', '-m', 'Hostile', await mktree(top));
  await origin.git('update-ref', 'refs/heads/hostile', hostile);
  const branch = await commit('hostile', chart);
  const tag = hostile.slice(0, 8);
  await expectRefusal(() => deploy(branch, tag), expect.stringContaining('sends an object that Git does not accept'));
});

test('a machine without Helm is told so, and nothing is pushed', async () => {
  const branch = await commit('helmless', {});
  await sandbox.wrap('git', '');
  const darwin = 'Object.defineProperty(process, "platform", { value: "darwin" })';
  await expectRefusal(
    () => deploy(branch, strict, { PATH: sandbox.bin, NODE_OPTIONS: preload(darwin) }),
    'helm is not installed, or not on the PATH.\nInstall helm.\n',
  );
});

test('a lost race renders again only what changed', async () => {
  await using own = await createSandbox();
  const tag = (await own.origin.commit('Add a thing')).slice(0, 8);
  const subjects = ['Rival 1', 'Rival 2'];
  const unrelated = await own.origin.commitAll(subjects, {}, 'rivals');
  const grown = runningValues('dev', '', '').replace('replicas: 1', 'replicas: 2');
  const edit = await own.origin.commit('Grow', { 'environments/dev/values.yaml': grown }, 'rivals');
  const job = await own.clone({ asJob: true });
  const helms = async (rivals: readonly string[]) => {
    await own.origin.git('update-ref', 'refs/heads/main', tag);
    await installRivals(own, rivals);
    const { status, stderr } = await own.gitops(job, deployArgs(tag), { NODE_OPTIONS: preload(tellHelms) });
    return { status, stderr };
  };
  const [helm, moved] = ['helm\n', 'main has moved: deciding again\n'];
  expect(await helms(unrelated)).toEqual({ status: 0, stderr: helm + moved + moved });
  expect(await helms([edit])).toEqual({ status: 0, stderr: helm + moved + helm });
});

test('a slip that comes between reading and pushing is refused', async () => {
  await using own = await createSandbox();
  const tag = (await own.origin.commit('Know the values', schema())).slice(0, 8);
  const slip = runningValues('dev', '', '').replace('replicas', 'replica');
  const rival = await own.origin.commit('Slip', { 'environments/dev/values.yaml': slip }, 'rivals');
  await installRivals(own, [rival]);
  const { status, stderr } = await own.gitops(await own.clone(), deployArgs(tag));
  expect(status).toBe(2);
  expect(stderr).toMatch(/^main has moved: deciding again\ndev does not render with [\s\S]*'replica' not allowed\n/);
  expect(await own.origin.tip()).toBe(rival);
  expect(await own.leftovers()).toEqual([]);
});

test('a job that is cancelled while Helm renders puts away what it made', async () => {
  const branch = await commit('cancelled', {});
  const refs = await origin.refs();
  const kill = tellHelms.replace('console.error("helm")', 'process.kill(process.pid, "SIGTERM")');
  expect(await deploy(branch, strict, { NODE_OPTIONS: preload(kill) })).toEqual({
    status: 143,
    stdout: '',
    stderr: 'Interrupted by SIGTERM.\n',
  });
  expect(await sandbox.leftovers()).toEqual([]);
  expect(await origin.refs()).toBe(refs);
});

/** A module that tells of each start of Helm. */
const tellHelms = `import { subscribe } from "node:diagnostics_channel";
subscribe("child_process", ({ process: child }) => queueMicrotask(() => {
  if (/helm/.test(child.spawnfile)) console.error("helm");
}));`;

function preload(module: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(module)}`;
}

function schema(...more: string[]): Files {
  const keys = ['environment', 'image', 'replicas', ...more];
  const properties = Object.fromEntries(keys.map((key) => [key, {}]));
  return { [schemaPath]: JSON.stringify({ additionalProperties: false, properties }) };
}

/** Commits on a branch, which begins at `main`, and gives the tag of the release. */
async function release(branch: string, files: Files): Promise<string> {
  return (await origin.commit('Release', files, branch)).slice(0, 8);
}

/** The same, and gives the branch. */
async function commit(branch: string, files: Files): Promise<string> {
  await origin.commit('Prepare', files, branch);
  return branch;
}

/** A branch on which production ran the releases, one after the other, and now has more values. */
async function ran(branch: string, releases: readonly string[], values = ''): Promise<string> {
  for (const tag of releases) await commit(branch, runs({ production: tag }));
  const path = 'environments/production/values.yaml';
  return commit(branch, { [path]: `${await origin.read(path, branch)}${values}` });
}

function mktree(lines: string): Promise<string> {
  return git(origin.directory, ['mktree'], Buffer.from(`${lines}\n`));
}

/** Runs what is to be refused, and sees that it is, and that nothing is left of it anywhere. */
async function expectRefusal(run: () => Promise<Run>, stderr: unknown): Promise<void> {
  const refs = await origin.refs();
  expect(await run()).toEqual({ status: 2, stdout: '', stderr });
  expect(await origin.refs()).toBe(refs);
  expect(await sandbox.leftovers()).toEqual([]);
}

function rollback(branch: string, ...options: string[]): Promise<Run> {
  return gitops(branch, ['rollback', 'production', '--reason', 'errors', ...options]);
}

function deploy(branch: string, tag: string, env?: NodeJS.ProcessEnv): Promise<Run> {
  return gitops(branch, deployArgs(tag), env);
}

function deployArgs(tag: string): string[] {
  return ['deploy', 'dev', '--tag', tag, '--digest', digestOf(tag)];
}

function gitops(branch: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run> {
  return sandbox.gitops(checkout, [...args, '--branch', branch], env);
}
