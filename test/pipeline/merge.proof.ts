import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readImage, valuesPath } from '../../scripts/release/values.ts';
import { tagOfStage } from '../../scripts/commands/publish-pipeline.ts';
import { ecrPassword } from '../support/ecr-server.ts';
import { renderPulledChart } from './pulled-chart.ts';
import { Project, secrets, type PipelineRun } from './project.ts';
import { unpackImage } from './unpacked.ts';
import { startProcessOne } from './process-one.ts';

let project: Project;
let checkout: string;
let release: string;
let run: PipelineRun;

beforeAll(async () => {
  project = await Project.create();
  release = await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' });
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

function tag(commit: string): string {
  return commit.slice(0, 8);
}

test('a merge passes every job of the pipeline', () => {
  if (run.status !== 0) throw new Error(run.output);
  const jobs = ['check', 'test', 'build', 'chart', 'deploy'];
  expect([...run.logs.keys()]).toEqual(expect.arrayContaining(jobs));
});

test('afterwards dev runs that very image, by one commit on main', async () => {
  const digest = await project.registry.findDigest('project', tag(release));
  expect(await readDeployed()).toEqual({ tag: tag(release), digest });
  expect(await project.origin.log('%s', '-2')).toEqual([`deploy(dev): ${tag(release)}`, 'Raise the limit']);
});

test('the last lines of each job say what happened, and where to look', () => {
  const lastLines = (job: string) => run.logs.get(job)?.trimEnd().split('\n').slice(-2).join('\n');
  expect(lastLines('build')).toMatch(/Published \S+:[0-9a-f]{8}\nIts digest is in build.env: sha256:/);
  expect(lastLines('deploy')).toContain(`dev runs ${tag(release)} instead of nothing, by commit`);
  expect(lastLines('chart')).toContain(`helm pull oci://${project.repository}/service --version`);
});

test('no output shows a credential', () => {
  const seen = [run.output, ...run.logs.values()].join('\n');
  const hidden = [
    ...Object.values(secrets),
    ecrPassword,
    Buffer.from(`AWS:${ecrPassword}`).toString('base64'),
  ];
  for (const secret of hidden) expect(seen).not.toContain(secret);
});

test('the pushed image serves as process 1 of a numeric user on a read-only root, and stops in order', async () => {
  const deployed = await readDeployed();
  await using image = await unpackImage(project, `${project.repository}@${String(deployed?.digest)}`);
  await using service = await startProcessOne(image, { RELEASE: tag(release), ENVIRONMENT: 'dev' });
  expect(await service.status('/health/ready')).toBe(200);
  expect(await service.status('/health/live')).toBe(200);
  expect(await service.ask('/')).toMatchObject({ release: tag(release), environment: 'dev' });
  expect(await service.inspect()).toEqual({ pid: '1', uid: '65532', root: 'ro' });
  expect(await service.stop()).toBe(0);
});

test('another project uses the chart of the release: pulled from the registry, with values of its own', async () => {
  const manifests = await renderPulledChart(project, `0.1.0-g${tag(release)}`, {
    environment: 'live',
    image: { repository: 'registry.example.com/orders', tag: '3f9c1b2a' },
    replicas: 5,
  });
  expect(manifests).toContain('image: "registry.example.com/orders:3f9c1b2a"');
  expect(manifests).toContain('replicas: 5');
});

test('the image of the pipeline is built and pushed under the tag of its own lines', async () => {
  const tagOfImage = tagOfStage(await project.origin.read('Dockerfile'));
  const first = await project.run(checkout, { args: ['pipeline-image'] });
  expect(first.output).toContain(
    `To run the jobs in it, set PIPELINE_IMAGE to ${project.repository}/pipeline:${tagOfImage}`,
  );
  expect(await project.registry.findDigest('project/pipeline', tagOfImage)).toMatch(/^sha256:/);
}, 400_000);

test('a build that runs again uses the image that is there', async () => {
  const before = await project.registry.findDigest('project', tag(release));
  const again = await project.run(checkout, { args: ['build'] });
  expect(again.status).toBe(0);
  expect(again.output).toContain(`Nothing to build: the registry has ${project.repository}:${tag(release)}`);
  expect(again.output).toContain(`Its digest is in build.env: ${String(before)}`);
}, 300_000);

test('a deploy that runs again changes nothing', async () => {
  const before = await project.origin.refs();
  const again = await project.run(checkout, { args: ['deploy'] });
  expect(again.status).toBe(0);
  expect(again.output).toContain(`Nothing to do: dev runs ${tag(release)} already.`);
  expect(await project.origin.refs()).toBe(before);
}, 300_000);

test('two pipelines at once both end well, and an older one that comes late changes nothing', async () => {
  const older = await project.origin.commit('Raise the limit again', { 'src/limit.txt': '2\n' });
  const first = await project.clone();
  const newer = await project.origin.commit('Raise the limit at last', { 'src/limit.txt': '3\n' });
  const second = await project.clone();
  const runs = await Promise.all(
    [first, second].map(async (folder) => {
      const built = await project.run(folder, { args: ['build'] });
      const deployed = await project.run(folder, { args: ['deploy'] });
      return [built.status, deployed.status];
    }),
  );
  expect(runs.flat()).toEqual([0, 0, 0, 0]);
  expect(await readDeployed()).toMatchObject({ tag: tag(newer) });

  const before = await project.origin.refs();
  const late = await project.run(first, { args: ['deploy'] });
  expect(late.status).toBe(0);
  expect(late.output).toContain(`Nothing to do: dev runs ${tag(newer)}, which is newer than ${tag(older)}.`);
  expect(await project.origin.refs()).toBe(before);
}, 600_000);

test('the manual job promotes to staging exactly what runs in dev', async () => {
  const { status, output } = await project.run(checkout, { args: ['promote:staging'] });
  if (status !== 0) throw new Error(output);
  expect(await readDeployed('staging')).toEqual(await readDeployed());
}, 300_000);

test('the form of a rollback takes dev back to the release before, and holds it there', async () => {
  const variables = { ROLLBACK_ENVIRONMENT: 'dev', ROLLBACK_REASON: 'It is slow' };
  const { status, output } = await project.run(checkout, { args: ['rollback'], variables });
  if (status !== 0) throw new Error(output);
  expect(await project.origin.read('environments/dev/hold.yaml')).toContain('It is slow');
  expect(await project.origin.log('%s', '-1')).toEqual([expect.stringMatching(/^rollback\(dev\): /)]);
}, 300_000);
