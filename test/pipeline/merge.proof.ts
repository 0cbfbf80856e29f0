import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { argoToken, serveArgo } from '../support/argocd/server.ts';
import { recordApplication } from '../support/argocd/situation.ts';
import { ecrPassword } from '../support/registry/ecr-server.ts';
import { renderPulledChart } from './pulled-chart.ts';
import { Project, secrets } from './project.ts';
import { runImage } from './running-image.ts';
import { readPushOptions } from './protected-origin.ts';
import type { PipelineRun } from './runner.ts';
import { unpackImage } from './unpacked.ts';

let project: Project;
let checkout: string;
let release: string;
let tag: string;
let run: PipelineRun;

beforeAll(async () => {
  project = await Project.create();
  release = await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' });
  tag = release.slice(0, 8);
  checkout = await project.clone();
  run = await project.run(checkout);
}, 900_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

async function readDeployed(environment = 'dev') {
  const path = valuesPath(environment);
  return readImage({ path, bytes: Buffer.from(await project.origin.read(path)) });
}

/** Runs one job more of the pipeline, and requires that it ends well. */
async function runJobs(jobs: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { status, output } = await project.run(checkout, { jobs, variables });
  if (status !== 0) throw new Error(output);
  return output;
}

test('a merge passes every job of the pipeline', () => {
  if (run.status !== 0) throw new Error(run.output);
  const jobs = ['check', 'audit', 'test', 'build', 'chart', 'deploy', 'board'];
  expect([...run.logs.keys()].filter((job) => job !== 'pipeline-image').sort()).toEqual(jobs.sort());
});

test('the pipeline ends with the board', () => {
  expect(run.logs.get('board')).toContain('Wrote public/index.html');
});

test('afterwards dev runs that very image, by one commit on main', async () => {
  const digest = await project.registry.findDigest('project', tag);
  const revision = await project.origin.git('rev-parse', tag);
  expect(await readDeployed()).toEqual({ tag, digest, revision });
  expect(await project.origin.log('%s', '-2')).toEqual([`deploy(dev): ${tag}`, 'Raise the limit']);
});

test('the last lines of each job say what happened, and where to look', () => {
  const lastLines = (job: string) => run.logs.get(job)?.trimEnd().split('\n').slice(-2).join('\n');
  expect(lastLines('audit')).toContain('No change broke a rule.');
  expect(lastLines('build')).toMatch(/Published \S+:[0-9a-f]{8}\nIts digest is in build.env: sha256:/);
  expect(lastLines('chart')).toContain(`helm pull oci://${project.repository}/service --version`);
  expect(lastLines('deploy')).toContain(`dev is to run ${tag} instead of nothing, by commit`);
});

test('the pushed image serves as process 1 of a numeric user on a read-only root, and stops in order', async () => {
  const deployed = await readDeployed();
  await using image = await unpackImage(project, `${project.repository}@${String(deployed?.digest)}`);
  // As the chart starts it; and Node tells what it does with what it has compiled before.
  const env = {
    RELEASE: tag,
    ENVIRONMENT: 'dev',
    NODE_OPTIONS: '--max-old-space-size-percentage=60',
    NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
  };
  await using service = await runImage(image, env);
  expect(await service.status('/health/ready')).toBe(200);
  expect(await service.status('/health/live')).toBe(200);
  expect(await service.ask('/')).toMatchObject({ release: tag, environment: 'dev' });
  expect(await service.inspect()).toEqual({ pid: '1', uid: '65532', root: 'ro' });
  expect(await service.stop()).toBe(0);
  for (const file of ['main.js', 'packages.js']) {
    expect(service.output()).toMatch(new RegExp(`code cache for ESM file:///service/dist/${file} was accepted`));
  }
  // Besides the runtime, which is the base's.
  expect(await measureFiles(join(image.root, image.workingDirectory))).toBeLessThan(4_000_000);
});

test('another project uses the chart of the release: pulled from the registry, with values of its own', async () => {
  const manifests = await renderPulledChart(project, `0.1.0-g${tag}`, {
    environment: 'live',
    image: { repository: 'registry.example.com/orders', tag: '3f9c1b2a' },
    replicas: 5,
  });
  expect(manifests).toContain('image: "registry.example.com/orders:3f9c1b2a"');
  expect(manifests).toContain('replicas: 5');
});

test('jobs that run again use what is in the registry, and change nothing', async () => {
  const [refs, deployed] = [await project.origin.refs(), await readDeployed()];
  const output = await runJobs(['build', 'chart', 'deploy']);
  expect(output).toContain(`Nothing to build: the registry has ${project.repository}:${tag}`);
  expect(output).toContain(`Its digest is in build.env: ${String(deployed?.digest)}`);
  expect(output).toContain(`Nothing to push: the registry has oci://${project.repository}/service`);
  expect(output).toContain(`Nothing to do: dev runs ${tag} already.`);
  expect(await project.origin.refs()).toBe(refs);
}, 400_000);

test('the pipeline waits until Argo CD runs the release', async () => {
  const digest = String((await readDeployed())?.digest);
  const well = { body: recordApplication({ commit: release, tag, digest }) };
  await using argo = await serveArgo({ applications: [well] });
  const variables = { ARGOCD_SERVER: `http://${argo.host}`, ARGOCD_AUTH_TOKEN: argoToken };
  expect(await runJobs(['wait:dev'], variables)).toContain(`dev runs ${tag} and is healthy`);
}, 300_000);

test('the manual job promotes to staging exactly what runs in dev', async () => {
  const output = await runJobs(['promote:staging']);
  const promoted = await readDeployed('staging');
  expect(promoted?.tag).toBe(tag);
  expect(promoted).toEqual(await readDeployed());
  expect(output).toContain('Wrote public/index.html');
}, 300_000);

test('the manual job asks for production by a merge request, and main stays as it is', async () => {
  const before = await project.origin.tip();
  const output = await runJobs(['promote:production']);
  const branch = `promote/production/${tag}`;
  expect(output).toContain(branch);
  expect(await project.origin.tip()).toBe(before);
  const path = valuesPath('production');
  const proposed = Buffer.from(await project.origin.read(path, branch));
  expect(readImage({ path, bytes: proposed })).toEqual(await readDeployed('staging'));
  expect(await readPushOptions(project.origin)).toEqual([
    'merge_request.create',
    expect.stringMatching(/^merge_request\.description=It brings:\\n\\n- /),
    'merge_request.label=promote',
    'merge_request.remove_source_branch',
    'merge_request.target=main',
    `merge_request.title=promote(production): ${tag}`,
  ]);
}, 300_000);

test('the form of a rollback takes dev back to the release before, and holds it there', async () => {
  const before = await readDeployed();
  const newer = await project.origin.commit('Raise the limit again', { 'src/limit.txt': '2\n' });
  const path = valuesPath('dev');
  const values = (await project.origin.read(path))
    .replace(String(before?.revision), newer)
    .replace(`"${tag}"`, `"${newer.slice(0, 8)}"`);
  await project.origin.commit(`deploy(dev): ${newer.slice(0, 8)}`, { [path]: values });
  await runJobs(['rollback'], { ROLLBACK_ENVIRONMENT: 'dev', ROLLBACK_REASON: 'It is slow' });
  expect(await readDeployed()).toEqual(before);
  expect(await project.origin.read('environments/dev/hold.yaml')).toContain('It is slow');
  expect(await project.origin.log('%s', '-1')).toEqual([`rollback(dev): ${tag}`]);
}, 300_000);

test('no job has shown a credential', () => {
  const seen = project.shown.join('\n');
  const login = Buffer.from(`AWS:${ecrPassword}`).toString('base64');
  for (const secret of [...Object.values(secrets), ecrPassword, login, argoToken]) {
    expect(seen).not.toContain(secret);
  }
});

/** Bytes of all files below a folder. */
async function measureFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
