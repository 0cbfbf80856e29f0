import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emptyValues } from '../support/git/origin.ts';
import { createSandbox } from '../support/command/sandbox.ts';
import type { Sandbox } from '../support/command/sandbox.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const valuesPath = 'environments/dev/values.yaml';
const help = 'npm run gitops -- --help lists the commands and their options.';
const options = 'npm run deploy -- --help shows its options.';
const aTag = 'Give a commit SHA of 7 to 40 lowercase hexadecimal digits, such as 3f9c1b2a.';
const aDigest = 'Give what the registry said when the image was pushed: sha256: and 64 lowercase hexadecimal digits.';
const inPipeline = 'In a pipeline the build job gives both; by hand, take them from its build.env.';
const oneOf = 'Name one of: dev, staging, production.';
const aFlow = 'environments/README.md says what the flow may hold.';
const oneDocument = 'Write the file as one YAML document in UTF-8.';

// One sandbox serves all: that nothing is written is what is tested.
let sandbox: Sandbox;
let checkout: string;
let refs: string;
const branches = {
  'broken-values': { [valuesPath]: 'image:\n  tag: "' },
  'no-image': { [valuesPath]: 'replicas: 1\n' },
  'no-values': { [valuesPath]: undefined },
  'folder-outside': { 'environments/preview/values.yaml': emptyValues('preview') },
  'broken-flow': {
    'environments/flow.yaml': 'environments:\n  - name: dev\n    form: test\n  - name: staging\n  - name: production\n',
  },
  'no-flow': { 'environments/flow.yaml': undefined },
  'broken-hold': { 'environments/dev/hold.yaml': 'reason: look into it\nby: ada\nsince: today\n' },
  'hand-edited': { [valuesPath]: emptyValues('dev').replace('tag: ""', 'tag: v1.2.0') },
};

beforeAll(async () => {
  sandbox = await createSandbox();
  for (const [branch, files] of Object.entries(branches)) await sandbox.origin.commit('Break it', files, branch);
  checkout = await sandbox.clone();
  refs = await sandbox.origin.refs();
});

afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

interface BadInput {
  args?: string[];
  env?: NodeJS.ProcessEnv;
  message: string;
  hint: string;
}

const good = ['deploy', 'dev', '--tag', '3f9c1b2a', '--digest', digest];

test.each<BadInput>([
  { args: ['--force'], message: "unknown option '--force'", hint: help },
  { args: ['deplyo', 'dev'], message: "unknown command 'deplyo'\n(Did you mean deploy?)", hint: help },
  {
    args: ['deploy'],
    message: "missing required argument 'environment': one of: dev, staging, production",
    hint: options,
  },
  { args: [...good, '--force'], message: "unknown option '--force'", hint: options },
  {
    args: [...good, '--deadline', 'soon'],
    message: `option '--deadline <duration>' argument 'soon' is invalid. It must be a duration of 1s or more, such as 90s or 2m.`,
    hint: options,
  },
  {
    args: [...good, '--deadline', '0s'],
    message: `option '--deadline <duration>' argument '0s' is invalid. It must be a duration of 1s or more, such as 90s or 2m.`,
    hint: options,
  },
  {
    args: ['deploy', 'dev'],
    message: 'A deploy needs the tag (--tag or CI_COMMIT_SHORT_SHA) and the digest (--digest or IMAGE_DIGEST).',
    hint: inPipeline,
  },
  {
    args: ['deploy', 'dev', '--tag', '3f9c1b2a'],
    message: 'A deploy needs the digest (--digest or IMAGE_DIGEST).',
    hint: inPipeline,
  },
  {
    args: ['deploy', 'dev'],
    env: { CI_COMMIT_SHORT_SHA: '', IMAGE_DIGEST: digest },
    message: `CI_COMMIT_SHORT_SHA: "" is not the tag of a release.`,
    hint: aTag,
  },
  {
    args: ['deploy', 'dev', '--tag', 'latest', '--digest', digest],
    message: `--tag: "latest" is not the tag of a release.`,
    hint: aTag,
  },
  {
    args: ['deploy', 'dev', '--tag', '3f9c1b2a\n', '--digest', digest],
    message: String.raw`--tag: "3f9c1b2a\n" is not the tag of a release.`,
    hint: aTag,
  },
  {
    args: ['deploy', 'dev', '--tag', '3f9c1b2a', '--digest', 'sha256:abc'],
    message: '--digest: "sha256:abc" is not an image digest.',
    hint: aDigest,
  },
  {
    args: ['deploy', 'dev', '--tag', '3f9c1b2a'],
    env: { IMAGE_DIGEST: '' },
    message: 'IMAGE_DIGEST: "" is not an image digest.',
    hint: aDigest,
  },
  {
    env: { IMAGE_REPOSITORY: '' },
    message: 'IMAGE_REPOSITORY is empty.',
    hint: 'Set it to the repository that the image was pushed to, or unset it.',
  },
  {
    args: ['deploy', 'prod', ...good.slice(2)],
    message: '"prod" is not an environment of environments/flow.yaml.',
    hint: oneOf,
  },
  {
    args: ['deploy', '../dev', ...good.slice(2)],
    message: '"../dev" is not an environment of environments/flow.yaml.',
    hint: oneOf,
  },
  {
    args: [...good, '--repo', '/nowhere'],
    message: `"/nowhere" is not a Git repository: fatal: cannot change to '/nowhere': No such file or directory`,
    hint: 'Run it in a checkout of the repository, or name one by --repo.',
  },
  {
    args: [...good, '--repo', '..'],
    message: '".." is not a Git repository: fatal: not a git repository (or any of the parent directories): .git',
    hint: 'Run it in a checkout of the repository, or name one by --repo.',
  },
  {
    args: [...good, '--remote', 'upstream'],
    message: 'CHECKOUT has no remote "upstream".',
    hint: 'git remote -v lists those that it has; name one by --remote.',
  },
  {
    args: [...good, '--branch', 'trunk'],
    message: 'ORIGIN has no branch "trunk".',
    hint: 'Name the branch that the deliveries go to by --branch.',
  },
  {
    env: { GITLAB_USER_NAME: undefined, GITLAB_USER_EMAIL: undefined },
    message: 'Git does not know who commits: no email was given and auto-detection is disabled.',
    hint: 'Set it: git config user.name "…" && git config user.email "…", or GITLAB_USER_NAME and GITLAB_USER_EMAIL.',
  },
  { env: { PATH: '/nowhere' }, message: 'git is not installed, or not on the PATH.', hint: 'Install git.' },
  {
    args: [...good, '--branch', 'broken-values'],
    message: `${valuesPath}:2: broken YAML: Missing closing "quote.`,
    hint: oneDocument,
  },
  {
    args: [...good, '--branch', 'no-image'],
    message: `${valuesPath}: image is missing.`,
    hint: 'Add image.tag to it, as "".',
  },
  {
    args: [...good, '--branch', 'no-values'],
    message: `environments/flow.yaml:2: environments.0.name: dev has no ${valuesPath}: add that file, or take dev out of the flow`,
    hint: aFlow,
  },
  {
    args: [...good, '--branch', 'folder-outside'],
    message:
      'environments/flow.yaml:2: environments: environments/preview/values.yaml belongs to no environment of this flow: list preview, or remove that file',
    hint: aFlow,
  },
  {
    args: [...good, '--branch', 'hand-edited'],
    message: `${valuesPath}: image.tag: "v1.2.0" is not the tag of a release.`,
    hint: aTag,
  },
  {
    args: [...good, '--branch', 'broken-flow'],
    message: 'environments/flow.yaml:2: environments.0: Unrecognized key: "form"',
    hint: aFlow,
  },
  {
    args: [...good, '--branch', 'no-flow'],
    message: 'environments/flow.yaml is not a regular file at the tip of the branch.',
    hint: 'Commit it; environments/README.md says how an environment is added.',
  },
  {
    args: [...good, '--branch', 'broken-hold'],
    message: 'environments/dev/hold.yaml:3: since: must be a time such as 2026-12-23T00:00:00Z',
    hint: 'Mend it, or remove it: npm run resume -- dev',
  },
])('$message', async ({ args = good, env, message, hint }) => {
  const run = await sandbox.gitops(checkout, args, env);
  const expected = message.replace('CHECKOUT', checkout).replace('ORIGIN', sandbox.origin.directory);
  expect(run).toEqual({ status: 2, stdout: '', stderr: `${expected}\n${hint}\n` });
  expect(await sandbox.origin.refs()).toBe(refs);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('with --json, bad input is one document too, and nothing else', async () => {
  const run = await sandbox.gitops(checkout, ['deploy', 'dev', '--tag', 'latest', '--digest', digest, '--json']);
  expect(run).toEqual({
    status: 2,
    stdout: `{
  "error": {
    "code": "invalid-tag",
    "message": "--tag: \\"latest\\" is not the tag of a release.",
    "hint": "${aTag}"
  }
}
`,
    stderr: '',
  });
});
