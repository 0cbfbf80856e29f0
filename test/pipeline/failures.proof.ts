import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from './project.ts';

let project: Project;

beforeAll(async () => {
  project = await Project.create();
}, 600_000);

afterAll(async () => {
  await project[Symbol.asyncDispose]();
}, 120_000);

const mergeRequest = { CI_PIPELINE_SOURCE: 'merge_request_event' };

const faults = [
  {
    fault: 'an unformatted file',
    path: 'src/fault.ts',
    content: 'export const fault = "double"\n',
    variables: mergeRequest,
    passed: [],
    failed: 'check',
    said: 'src/fault.ts',
  },
  {
    fault: 'a lint error',
    path: 'src/fault.ts',
    content: 'export const fault = JSON.parse(\'"any"\');\n',
    variables: mergeRequest,
    passed: [],
    failed: 'check',
    said: '@typescript-eslint/no-unsafe-assignment',
  },
  {
    fault: 'a failing test',
    path: 'test/fault.test.ts',
    content:
      "import { expect, test } from '@jest/globals';\n\ntest('fails', () => {\n  expect(1).toBe(2);\n});\n",
    variables: mergeRequest,
    passed: ['check'],
    failed: 'test',
    said: '● fails',
  },
  {
    fault: 'a build that fails',
    path: 'Dockerfile',
    content: 'ARG BUILD_IMAGE\nFROM ${BUILD_IMAGE}\nRUN echo no luck today && false\n',
    variables: {},
    passed: ['check', 'test'],
    failed: 'build',
    said: 'The lines above say which step of the Dockerfile failed, and why.',
  },
];

test.each(faults)(
  '$fault stops the pipeline at $failed, and nothing comes after it',
  async ({ path, content, variables, passed, failed, said }) => {
    const branch = `fault-${path.replaceAll(/\W/g, '-')}-${said.length}`;
    await project.origin.commit('Make a fault', { [path]: content }, branch);
    const checkout = await project.clone(branch);
    const refs = await project.origin.refs();
    // GitLab says of which branch a pipeline is; a fault on main is played from a branch, so that it stays the only one.
    const run = await project.run(checkout, { variables: { CI_COMMIT_BRANCH: 'main', ...variables } });

    expect(run.status).toBe(1);
    expect(run.logs.get(failed)).toContain(said);
    const started = [...run.logs.keys()].filter((job) => ['check', 'test', 'build', 'deploy'].includes(job));
    expect(started.sort()).toEqual([...passed, failed].sort());
    expect(await project.origin.refs()).toBe(refs);
  },
  400_000,
);
