import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { valuesPath } from '../../scripts/release/values.ts';
import { Project } from './project.ts';
import { type PipelineRun, readResult } from './runner.ts';

let project: Project;

beforeAll(async () => {
  project = await Project.create();
}, 60_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

const everything = ['check', 'test', 'build', 'chart', 'deploy'];
const fromTest = everything.slice(1);
const fromBuild = everything.slice(2);

interface Fault {
  path: string;
  content: string;
  jobs?: readonly string[];
  passed?: readonly string[];
  failed: string;
  said: string;
}

/** Runs the pipeline of a change that must fail, and requires that nothing comes after the job that does. */
async function runFault({ path, content, jobs = [], passed = [], failed, said }: Fault): Promise<string> {
  const branch = `fault-in-${failed}-${said.length}`;
  await project.origin.commit('Make a fault', { [path]: content }, branch);
  const checkout = await project.clone(branch);
  const refs = await project.origin.refs();
  // GitLab says of which branch a pipeline is; a fault on main is played from a branch, so that main stays as it is.
  const run = await project.run(checkout, { jobs, variables: { CI_COMMIT_BRANCH: 'main' } });

  expect(run.status).toBe(1);
  expect(stripVTControlCharacters(run.logs.get(failed) ?? '')).toContain(said);
  const started = everything.filter((job) => run.logs.has(job));
  expect(started).toEqual(everything.filter((job) => passed.includes(job) || job === failed));
  expect(await project.origin.refs()).toBe(refs);
  return checkout;
}

test('an unformatted file stops the pipeline at check, and is named', async () => {
  await runFault({
    path: 'src/fault.ts',
    content: 'export const fault = "double"\n',
    failed: 'check',
    said: '[warn] src/fault.ts\n[warn] Code style issues found',
  });
}, 400_000);

test('a lint error stops the pipeline at check, and is shown in the merge request at its line', async () => {
  const rule = '@typescript-eslint/no-unsafe-assignment';
  const checkout = await runFault({
    path: 'src/fault.ts',
    content: 'export const fault = JSON.parse(\'"any"\');\n',
    failed: 'check',
    said: rule,
  });
  const report: unknown = JSON.parse(await readResult(checkout, 'check', 'coverage/quality.json'));
  expect(report).toMatchObject([
    {
      check_name: rule,
      fingerprint: expect.stringMatching(/^[0-9a-f]{32,}$/),
      // The runner of the proof tells jobs another CI_PROJECT_DIR than they are in; the path is relative to that.
      location: { path: expect.stringMatching(/\bsrc\/fault\.ts$/), positions: { begin: { line: 1 } } },
    },
  ]);
}, 400_000);

test('a failing test stops the pipeline at test, and is named', async () => {
  await runFault({
    path: 'test/fault.test.ts',
    content: "import { expect, test } from '@jest/globals';\n\ntest('fails', () => {\n  expect(1).toBe(2);\n});\n",
    jobs: fromTest,
    failed: 'test',
    said: '● fails',
  });
}, 400_000);

test('a build that fails stops the pipeline before deploy, and says at which step', async () => {
  await runFault({
    path: 'Dockerfile',
    content: 'ARG BUILD_IMAGE\nFROM ${BUILD_IMAGE}\nRUN echo no luck today && false\n',
    jobs: fromBuild,
    passed: ['chart'],
    failed: 'build',
    said: 'The lines above say which step of the Dockerfile failed, and why.',
  });
}, 400_000);

test('a breach of the rules is named by audit, and keeps nothing from being delivered', async () => {
  const path = valuesPath('staging');
  const tag = (await project.origin.tip()).slice(0, 8);
  const values = (await project.origin.read(path)).replace('tag: ""', `tag: "${tag}"`);
  await project.origin.commit('Try it by hand', { [path]: values });
  const run: PipelineRun = await project.run(await project.clone(), { jobs: ['audit', 'chart'] });
  expect(run.status).toBe(0);
  expect(run.logs.get('audit')).toContain('staging: out-of-order, by');
  expect(run.output).toMatch(/audit finished in .* 3/);
  expect(run.logs.get('chart')).toContain('helm pull');
}, 300_000);
