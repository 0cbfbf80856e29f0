import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { Project } from './project.ts';

let project: Project;
let checkout: string;

beforeAll(async () => {
  project = await Project.create();
  checkout = await project.clone();
  // The runner of the proof does not heed the workflow's rules, but those of jobs: as a job's, they show what they let in.
  const file = z
    .object({ workflow: z.object({ rules: z.array(z.unknown()) }) })
    .parse(parse(await project.origin.read('.gitlab/delivery.yml')));
  const workflow = { pipeline: { script: ['true'], rules: file.workflow.rules } };
  await writeFile(join(checkout, 'workflow.yml'), stringify(workflow));
}, 600_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

const request = { CI_PIPELINE_SOURCE: 'merge_request_event', CI_COMMIT_BRANCH: '' };
const proposal = { ...request, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'promote/production/3f9c1b2a' };

test.each([
  ['deploy(dev): 3f9c1b2a', {}],
  ['promote(staging): 3f9c1b2a', {}],
  ['rollback(production): 3f9c1b2a', {}],
  ['hold(production)', {}],
  ['resume(production)', {}],
  ['OPS-12 chore: deploy(dev): 3f9c1b2a', {}],
  ['[ops] #12 hold(dev)', {}],
  ["Merge branch 'promote/production/3f9c1b2a' into 'main'", {}],
  ['promote(production): 3f9c1b2a', proposal],
  ['Raise the limit', proposal],
])('what is called %j %j is reviewed and shown, and nothing else', async (title, variables) => {
  const jobs = await project.list(checkout, { CI_COMMIT_TITLE: title, ...variables });
  expect(jobs.filter((job) => job !== 'board')).toEqual(['review']);
});

test.each([
  ['Raise the limit', {}],
  ['deploy(dev): explain the command', {}],
  ['Undo deploy(dev): 3f9c1b2a', {}],
  ["Merge branch 'limit' into 'main'", {}],
  ['deploy(dev): 3f9c1b2a', { CI_PIPELINE_SOURCE: 'web' }],
  ['deploy(dev): 3f9c1b2a', request],
])('what is called %j %j is checked and tested', async (title, variables) => {
  const jobs = await project.list(checkout, { CI_COMMIT_TITLE: title, ...variables });
  expect(jobs).toEqual(expect.arrayContaining(['check', 'test']));
});

test('no pipeline runs for a branch without a merge request', async () => {
  const given = { CI_COMMIT_TITLE: 'Raise the limit', CI_COMMIT_BRANCH: 'feature' };
  expect(await project.list(checkout, given, 'workflow.yml')).toEqual([]);
});

test('a merge request is checked, reviewed and tested, and touches no registry and no environment', async () => {
  expect(await project.list(checkout, request)).toEqual(['review', 'check', 'test']);
});

test('main runs every job, in the order of the stages', async () => {
  const jobs = await project.list(checkout);
  expect(jobs.filter((job) => job !== 'pipeline-image')).toEqual([
    'audit',
    'check',
    'test',
    'build',
    'chart',
    'deploy',
    'promote:staging',
    'promote:production',
    'board',
  ]);
});

const argo = { ARGOCD_SERVER: 'argocd.example.com' };

test('each delivery by push is waited for where Argo CD can be asked', async () => {
  const jobs = await project.list(checkout, argo);
  expect(jobs.filter((job) => job.startsWith('wait:'))).toEqual(['wait:dev', 'wait:staging']);
});

test('a promotion by merge request is waited for in the pipeline of its merge', async () => {
  const given = { CI_COMMIT_TITLE: "Merge branch 'promote/production/3f9c1b2a' into 'main'", ...argo };
  expect(await project.list(checkout, given)).toEqual(['review', 'wait:production', 'board']);
});

test('a schedule promotes what may come by itself, shows the board, and does nothing else', async () => {
  const given = { CI_PIPELINE_SOURCE: 'schedule', CI_COMMIT_TITLE: 'deploy(dev): 3f9c1b2a' };
  expect(await project.list(checkout, given, 'workflow.yml')).toEqual(['pipeline']);
  expect(await project.list(checkout, given)).toEqual(['advance', 'board']);
  const jobs = ['advance', 'wait:dev', 'wait:staging', 'wait:production', 'board'];
  expect(await project.list(checkout, { ...given, ...argo })).toEqual(jobs);
});

test('a rollback by hand is a pipeline of its own, also where main is at a delivery', async () => {
  const given = { ROLLBACK_ENVIRONMENT: 'production', CI_COMMIT_TITLE: 'deploy(dev): 3f9c1b2a' };
  expect(await project.list(checkout, given)).toEqual(['rollback', 'board']);
  expect(await project.list(checkout, given, 'workflow.yml')).toEqual(['pipeline']);
});
