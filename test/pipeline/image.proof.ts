import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readLines, runInside } from './inside.ts';
import { findPipelineImage, mountImage } from './mounted-image.ts';
import { Project } from './project.ts';

let project: Project;
let checkout: string;
let image: string;
let said: string;

beforeAll(async () => {
  project = await Project.create();
  checkout = await project.clone();
}, 300_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

test('the images of pipelines are pushed: for this project by what is in it, for others by their version', async () => {
  const { status, output } = await project.run(checkout, { jobs: ['pipeline-image'] });
  if (status !== 0) throw new Error(output);
  const { name, digest } = findPipelineImage(output);
  expect(name).toMatch(new RegExp(`^${project.repository}/pipeline:[0-9a-f]{12}$`));
  expect(await project.registry.findDigest('project/pipeline', name.slice(-12))).toBe(digest);
  image = name;
  said = output;
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await project.origin.read('package.json')));
  expect(await project.registry.findDigest('project/gitops', version)).toBeDefined();
}, 900_000);

test('in it a job finds all that it starts, and ends well with nothing installed', async () => {
  const release = (await project.origin.tip()).slice(0, 8);
  const { status, output } = await runInside(project, image, checkout, {
    lines: [
      ...['buildah', 'git', 'gitops', 'helm', 'node'].map((program) => `command -v ${program}`),
      ...(await readLines(project, 'deploy')),
    ],
    variables: {
      CI_ENVIRONMENT_NAME: 'dev',
      CI_COMMIT_SHORT_SHA: release,
      IMAGE_DIGEST: `sha256:${'a'.repeat(64)}`,
      GITOPS_PUSH_TOKEN: project.variables.GITOPS_PUSH_TOKEN ?? '',
    },
  });
  if (status !== 0) throw new Error(output);
  expect(output).toContain(`dev is to run ${release} instead of nothing, by commit`);
  expect(output).not.toContain('npm');
  expect(await project.origin.log('%s', '-1')).toEqual([`deploy(dev): ${release}`]);
}, 400_000);

test('with what is in it the jobs of a merge install nothing, and neither does the build of the image', async () => {
  await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' });
  const merged = await project.clone();
  const jobs = ['audit', 'test', 'build', 'chart', 'deploy'];
  const { status, output, logs } = await project.run(merged, { jobs, variables: await mountImage(project, said) });
  if (status !== 0) throw new Error(output);
  expect([...logs.keys()].sort()).toEqual(jobs.sort());
  for (const log of logs.values()) expect(log).not.toMatch(/\badded \d+ packages/);
  expect(logs.get('deploy')).toContain('\n$ gitops deploy');
  expect(logs.get('deploy')).not.toContain('npm run');
}, 600_000);
