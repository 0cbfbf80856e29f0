import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { Project } from './project.ts';
import { type PipelineRun, readResult } from './runner.ts';

let project: Project;
let checkout: string;
let run: PipelineRun;

beforeAll(async () => {
  project = await Project.create();
  await project.origin.commit('Raise the limit', { 'src/limit.txt': '1\n' }, 'limit');
  checkout = await project.clone('limit');
  run = await project.run(checkout, {
    variables: { CI_PIPELINE_SOURCE: 'merge_request_event', CI_COMMIT_BRANCH: '' },
  });
}, 600_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

test('a merge request passes its checks, its review and its tests, and each job ends with what it found', () => {
  if (run.status !== 0) throw new Error(run.output);
  expect([...run.logs.keys()].sort()).toEqual(['check', 'review', 'test']);
  expect(run.logs.get('review')?.trimEnd()).toMatch(/\nThe rules allow it\.$/);
  expect(run.logs.get('check')).toMatch(/\nThe chart renders for .* with Helm 4 and 3\.\n/);
  expect(run.logs.get('test')?.trimEnd()).toMatch(/\nTests: +\d+ passed, \d+ total\n.*\n.*\nRan all test suites\.$/);
});

test('it shows each test by its file and name, as JUnit has it', async () => {
  const report = await readResult(checkout, 'test', 'coverage/junit.xml');
  const [, total] = /^Tests: +(\d+) passed/m.exec(run.logs.get('test') ?? '') ?? [];
  expect(report).toContain(`<testsuites name="jest tests" tests="${String(total)}" failures="0" errors="0"`);
  expect(report.match(/<testcase /g)).toHaveLength(Number(total));
  expect(report).toMatch(/<testcase classname="test\/registry\/ecr\.test\.ts" name="[^"]+"/);
});

test('it shows the lines that tests have run, as Cobertura has it', async () => {
  const report = await readResult(checkout, 'test', 'coverage/cobertura-coverage.xml');
  const [, lines] = /filename="scripts\/registry\/ecr\.ts".*?<\/methods>(.*?)<\/class>/s.exec(report) ?? [];
  expect(lines).toMatch(/<line number="\d+" hits="[1-9]/);
});

test('it shows how much that is: the pattern of the job finds one number in its log', async () => {
  const file = z
    .object({ test: z.object({ coverage: z.string() }) })
    .parse(parse(await project.origin.read('.gitlab-ci.yml')));
  const pattern = new RegExp(file.test.coverage.slice(1, -1), 'gm');
  const found = Array.from(run.logs.get('test')?.matchAll(pattern) ?? [], ([, percent]) => Number(percent));
  expect(found).toEqual([expect.any(Number)]);
});

test('it shows no fault of the code where there is none', async () => {
  expect(JSON.parse(await readResult(checkout, 'check', 'coverage/quality.json'))).toEqual([]);
});
