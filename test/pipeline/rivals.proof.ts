import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from './project.ts';

let project: Project;
let [older, newer] = ['', ''];
let checkouts: string[];

beforeAll(async () => {
  project = await Project.create();
  const first = await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' });
  checkouts = [await project.clone()];
  const second = await project.origin.commit('Raise the limit again', { 'src/limit.txt': '2\n' });
  checkouts.push(await project.clone());
  [older, newer] = [first.slice(0, 8), second.slice(0, 8)];
}, 60_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

test('two pipelines at once, from build to deploy, both end well, and the newer release stays', async () => {
  const jobs = ['build', 'chart', 'deploy'];
  const runs = await Promise.all(checkouts.map((checkout) => project.run(checkout, { jobs })));
  for (const { status, output } of runs) if (status !== 0) throw new Error(output);
  expect(await project.origin.read('environments/dev/values.yaml')).toContain(`tag: "${newer}"`);
}, 600_000);

test('a deploy of the older one that runs late changes nothing', async () => {
  const before = await project.origin.refs();
  const { status, output } = await project.run(checkouts[0] ?? '', { jobs: ['deploy'] });
  expect(status).toBe(0);
  expect(output).toContain(`Nothing to do: dev runs ${newer}, which is newer than ${older}.`);
  expect(await project.origin.refs()).toBe(before);
}, 300_000);
