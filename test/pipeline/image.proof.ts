import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tagOfStage } from '../../scripts/publish/pipeline-image.ts';
import { readLines, runInside } from './inside.ts';
import { Project } from './project.ts';

let project: Project;
let checkout: string;

beforeAll(async () => {
  project = await Project.create();
  checkout = await project.clone();
}, 300_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

test('the image of the pipeline is built and pushed under the tag of its own lines', async () => {
  const tag = tagOfStage(await project.origin.read('Dockerfile'));
  const { status, output } = await project.run(checkout, { jobs: ['pipeline-image'] });
  if (status !== 0) throw new Error(output);
  const digest = await project.registry.findDigest('project/pipeline', tag);
  expect(output).toContain(
    `To run the jobs in it, set PIPELINE_IMAGE to ${project.repository}/pipeline:${tag}@${String(digest)}`,
  );
}, 400_000);

test('in it a job finds all that it starts, and ends well with nothing installed', async () => {
  const release = (await project.origin.tip()).slice(0, 8);
  const tag = tagOfStage(await project.origin.read('Dockerfile'));
  const { status, output } = await runInside(project, `${project.repository}/pipeline:${tag}`, checkout, {
    lines: [
      ...['buildah', 'git', 'helm', 'node'].map((program) => `command -v ${program}`),
      ...(await readLines(project, 'deploy')),
    ],
    variables: {
      CI_COMMIT_SHORT_SHA: release,
      IMAGE_DIGEST: `sha256:${'a'.repeat(64)}`,
      GITOPS_PUSH_TOKEN: project.variables.GITOPS_PUSH_TOKEN ?? '',
    },
  });
  if (status !== 0) throw new Error(output);
  expect(output).toContain(`dev runs ${release} instead of nothing, by commit`);
  expect(await project.origin.log('%s', '-1')).toEqual([`deploy(dev): ${release}`]);
}, 400_000);
