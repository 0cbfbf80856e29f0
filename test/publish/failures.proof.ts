import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { serveEcr } from '../support/registry/ecr-server.ts';
import { ecrVariables, host, prepareJob } from '../support/command/publish-job.ts';

/** What a job leaves that handed nothing on. */
const nothing = ['checkout', 'tmp'];

test.each([
  {
    fails: 'build',
    status: 2,
    said: [
      `Building ${host}/orders:3f9c1b2a failed: buildah ended with status 1.`,
      'The lines above say which step of the Dockerfile failed, and why.',
    ],
  },
  {
    fails: 'push',
    status: 5,
    said: [
      `Pushing ${host}/orders:3f9c1b2a failed: buildah ended with status 1.`,
      'The lines above hold what the registry said; the job can run again as it is.',
    ],
  },
])('a $fails that fails hands nothing on and leaves nothing behind', async ({ fails, status, said }) => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob({ fails });
  const result = await job.run({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });

  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr.split('\n').slice(-4)).toEqual(['no luck today', ...said, '']);
  expect(await job.leftovers()).toEqual(nothing);
});

test('a tag that another job was faster with is kept, and its image is handed on', async () => {
  const theirs = `sha256:${'d'.repeat(64)}`;
  const rival = { tag: '3f9c1b2a', digest: theirs };
  await using ecr = await serveEcr({ repositories: new Map(), rival });
  await using job = await prepareJob();
  const result = await job.run({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });

  expect(result.status).toBe(0);
  expect(result.stderr).toContain(
    `Another job has pushed ${host}/orders:3f9c1b2a meanwhile: its image is used, ${theirs}\n`,
  );
  expect(await job.readHandover()).toContain(`IMAGE_DIGEST=${theirs}\n`);
});

test('a job that is cancelled ends buildah and leaves nothing behind', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob({ hangs: 'build' });
  const child = job.start({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });
  const ended = once(child, 'exit');
  const output: string[] = [];
  for await (const chunk of child.stderr.setEncoding('utf8')) {
    output.push(String(chunk));
    if (!child.killed && output.join('').includes('buildah build\n')) child.kill('SIGTERM');
  }
  await ended;

  expect(child.exitCode).toBe(143);
  expect(output.join('').split('\n').slice(-2)).toEqual(['Interrupted by SIGTERM.', '']);
  expect(await job.leftovers()).toEqual(nothing);
});

test('a machine without buildah is told to install it', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const result = await job.run({
    ...ecrVariables,
    PATH: '/nowhere',
    AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`,
  });
  expect(result).toEqual({
    status: 2,
    stdout: '',
    stderr: [
      `Looking for ${host}/orders:3f9c1b2a`,
      `Building ${host}/orders:3f9c1b2a`,
      'buildah is not installed, or not on the PATH.',
      'Install buildah.',
      '',
    ].join('\n'),
  });
});

test('credentials that are nowhere to be found are asked for by name', async () => {
  await using job = await prepareJob();
  const result = await job.run({ ...ecrVariables, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
  expect(result).toMatchObject({ status: 2, stdout: '' });
  expect(result.stderr.split('\n').slice(-3)).toEqual([
    `There are no AWS credentials for ${host}: Could not load credentials from any providers.`,
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN for a role: .gitlab/README.md says how.',
    '',
  ]);
});

test('the token file of a role that is not there is named', async () => {
  await using job = await prepareJob();
  const result = await job.run({
    ...ecrVariables,
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/ci',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token',
  });
  expect(result.status).toBe(2);
  expect(result.stderr).toContain("no such file or directory, open '/nowhere/token'");
});

test('missing variables are named at once, before anything happens', async () => {
  await using job = await prepareJob();
  expect(await job.run({})).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'Not set, or empty: ECR_REPOSITORY_URL, AWS_REGION, PROJECT_NAME, CI_COMMIT_SHORT_SHA.\n' +
      'Set them in the CI/CD settings, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY unless a role is used. ' +
      'For another registry than ECR, set CI_REGISTRY, CI_REGISTRY_IMAGE, CI_REGISTRY_USER, CI_REGISTRY_PASSWORD.\n',
  });
  expect(await job.leftovers()).toEqual(nothing);
});

const all = 'npm run image -- --help lists the commands and their options.';
const one = 'npm run image -- publish --help shows its options.';

test.each([
  [['image', 'pubish'], "unknown command 'pubish'\n(Did you mean publish?)", all],
  [['image', 'publish', 'now'], "too many arguments for 'publish'. Expected 0 arguments but got 1: now.", one],
  [['image', 'publish', '--force'], "unknown option '--force'", one],
  [['image'], 'No command is given.', all],
])('a command line that means nothing is told so: %j', async (args, problem, hint) => {
  await using job = await prepareJob();
  expect(await job.run(ecrVariables, args)).toEqual({
    status: 2,
    stdout: '',
    stderr: `${problem}\n${hint}\n`,
  });
});
