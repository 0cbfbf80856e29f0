import { appendFile, copyFile, cp, mkdir, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readIdentity } from '../../scripts/adopt/identity.ts';
import { requireHelm } from '../../scripts/helm/program.ts';
import { runProgram } from '../../scripts/process/program.ts';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { git } from '../support/git/git.ts';
import { run } from '../support/process/run.ts';
import { adapt } from './adapted.ts';
import { Project } from './project.ts';
import { runImage } from './running-image.ts';
import { unpackImage } from './unpacked.ts';

const own = `
check:
  extends: .on-change
  stage: check
  script:
    - python3 -m py_compile orders.py service.py

test:
  extends: .on-change
  stage: test
  script:
    - python3 -m unittest
`;

let project: Project;
let programs: string;
let checkout: string;
let tag: string;

beforeAll(async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'orders-'));
  await cp(resolve('test/pipeline/python'), folder.path, { recursive: true });
  await git(folder.path, ['init', '--quiet', '--initial-branch=main']);
  await commit(folder.path, 'Sum orders');
  project = await Project.of(folder.path);
  // What the image of the pipeline has: the bundle, and Helm.
  programs = join(project.folder, 'programs');
  await mkdir(programs);
  const said = await run('npm', ['run', '--silent', 'bundle'], { env: process.env, timeLimit: 60_000 });
  await copyFile(/^Wrote (.*)$/m.exec(said)?.[1] ?? '', join(programs, 'gitops'));
  await copyFile(await requireHelm(4), join(programs, 'helm'));
  checkout = await project.clone();
}, 300_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

async function gitops(...args: readonly string[]) {
  const env = { PATH: `${programs}:${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: project.folder };
  const { status, stdout, stderr } = await runProgram('gitops', args, { cwd: checkout, env, timeLimit: 30_000 });
  return { status, stdout: stdout.toString(), stderr };
}

async function commit(folder: string, message: string): Promise<void> {
  await git(folder, ['add', '--all']);
  const person = ['-c', 'user.name=Grace', '-c', 'user.email=grace@example.com'];
  await git(folder, [...person, 'commit', '--quiet', '--message', message]);
}

/** Runs jobs of the pipeline of main, with the file that GitLab would include from this repository's project. */
async function runJobs(jobs: readonly string[] = []) {
  checkout = await project.clone();
  const { group, name, branch } = await readIdentity(resolve('.'));
  const included = join(checkout, '.gitlab-ci-local/includes/127.0.0.1', group, name, branch, '.gitlab/delivery.yml');
  await mkdir(dirname(included), { recursive: true });
  await copyFile('.gitlab/delivery.yml', included);
  const ran = await project.run(checkout, { jobs, programs });
  if (ran.status !== 0) throw new Error(ran.output);
  return ran;
}

async function readDeployed(environment: string, commit = 'main') {
  const path = valuesPath(environment);
  return readImage({ path, bytes: Buffer.from(await project.origin.read(path, commit)) });
}

test('gitops init gives the repository what it lacks, once, and its own files stay', async () => {
  const { status, stdout, stderr } = await gitops('init', '--name', 'project', '--port', '8000');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('\n  helm-chart/values.yaml\n');
  expect(await git(checkout, ['diff', '--stat'])).toBe('');
  await appendFile(join(checkout, '.gitlab-ci.yml'), own);
  await commit(checkout, 'Deliver orders');
  expect(await gitops('init', '--name', 'project', '--port', '8000')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^Nothing was written, for there is already: /),
  });
  // A merge at the server.
  await project.origin.git('fetch', '--quiet', checkout, 'main:main');
  await adapt(project.origin, project.repository);
  tag = (await project.origin.tip()).slice(0, 8);
});

test('the merge passes its own check and test, and every job of a delivery', async () => {
  const { logs } = await runJobs();
  expect([...logs.keys()].sort()).toEqual(['audit', 'board', 'build', 'chart', 'check', 'deploy', 'test']);
  expect(logs.get('board')).toContain('Wrote public/index.html');
  expect(logs.get('test')).toContain('Ran 1 test');
}, 600_000);

test('dev runs the image of that very commit, which answers its probes as the chart runs it', async () => {
  const deployed = await readDeployed('dev');
  const digest = await project.registry.findDigest('project', tag);
  expect(deployed).toEqual({ tag, digest, revision: await project.origin.git('rev-parse', tag) });
  await using image = await unpackImage(project, `${project.repository}@${String(digest)}`);
  await using service = await runImage(image, { RELEASE: tag, ENVIRONMENT: 'dev' });
  expect(await service.status('/health/live')).toBe(200);
  expect(await service.ask('/')).toEqual({ release: tag, environment: 'dev', total: 10 });
  expect(await service.inspect()).toEqual({ pid: '1', uid: '65532', root: 'ro' });
  expect(await service.stop()).toBe(0);
}, 120_000);

test('it is promoted to staging and, by a merge request, to production', async () => {
  await runJobs(['promote:staging']);
  expect(await readDeployed('staging')).toEqual(await readDeployed('dev'));
  await runJobs(['promote:production']);
  await project.origin.merge(`promote/production/${tag}`, 'main');
  expect(await readDeployed('production')).toEqual(await readDeployed('dev'));
  checkout = await project.clone();
  await git(checkout, ['remote', 'set-url', 'origin', project.origin.directory]);
  const { status, stdout } = await gitops('audit');
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('No change broke a rule.') });
}, 300_000);
