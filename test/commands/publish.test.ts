import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/program.ts';
import { type Behaviour, installBuildah, readBuildahCalls } from '../support/buildah.ts';
import { ecrPassword, serveEcr } from '../support/ecr-server.ts';
import { serveRegistry } from '../support/registry-server.ts';

const entry = resolve('scripts/image.ts');
const digest = `sha256:${'c'.repeat(64)}`;
const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const secretKey = 'secret-key-of-the-job';
const authorization = Buffer.from(`AWS:${ecrPassword}`).toString('base64');

const ecrVariables = {
  ECR_REPOSITORY_URL: host,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'key-of-the-job',
  AWS_SECRET_ACCESS_KEY: secretKey,
  CI_PROJECT_NAME: 'orders',
  CI_COMMIT_SHORT_SHA: '3f9c1b2a',
};

/** A checkout on a machine with nothing but Node and the stand-in for buildah. */
async function prepareJob(behaviour: Partial<Behaviour> = {}) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'publish-test-'));
  const checkout = join(folder.path, 'checkout');
  const bin = join(folder.path, 'bin');
  await Promise.all([mkdir(checkout), mkdir(join(folder.path, 'tmp')), mkdir(bin)]);
  await installBuildah(bin, { digest, ...behaviour });
  const base = {
    PATH: bin,
    HOME: folder.path,
    TMPDIR: join(folder.path, 'tmp'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const command = (env: NodeJS.ProcessEnv) => ({ cwd: checkout, env: { ...base, ...env } });
  return {
    base,
    async run(env: NodeJS.ProcessEnv, args = ['publish']) {
      const options = { ...command(env), timeLimit: 20_000 };
      const { status, stdout, stderr } = await runProgram(process.execPath, [entry, ...args], options);
      return { status, stdout: stdout.toString(), stderr };
    },
    start: (env: NodeJS.ProcessEnv) => spawn(process.execPath, [entry, 'publish'], command(env)),
    calls: () => readBuildahCalls(bin),
    /** What is left of the run, but for the stand-in and its notes. */
    async leftovers() {
      const paths = await readdir(folder.path, { recursive: true });
      return paths.filter((path) => !path.startsWith('bin')).sort();
    },
    readHandover: () => readFile(join(checkout, 'build.env'), 'utf8'),
    writeHandover: (content: string) => writeFile(join(checkout, 'build.env'), content),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

const empty = ['checkout', 'tmp'];

test('a release is built, pushed and handed on, and its last lines say so', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const result = await job.run({
    ...ecrVariables,
    AWS_ENDPOINT_URL_ECR: `http://${ecr.host}`,
    BUILD_ARGS: 'BUILD_IMAGE=mirror.example.com/node:26',
  });

  expect(result).toEqual({
    status: 0,
    stdout: `Published ${host}/orders:3f9c1b2a\nIts digest is in build.env: ${digest}\n`,
    stderr: [
      `Looking for ${host}/orders:3f9c1b2a`,
      `Building ${host}/orders:3f9c1b2a`,
      'buildah build',
      `Pushing ${host}/orders:3f9c1b2a`,
      'buildah push',
      '',
    ].join('\n'),
  });
  expect(await job.readHandover()).toBe(
    `IMAGE_REPOSITORY=${host}/orders\nIMAGE_TAG=3f9c1b2a\nIMAGE_DIGEST=${digest}\n`,
  );
  expect((await job.calls()).map(({ args }) => args)).toEqual([
    [
      'build',
      ...['--build-arg', 'BUILD_IMAGE=mirror.example.com/node:26', '--build-arg', 'RELEASE=3f9c1b2a'],
      ...['--tag', `${host}/orders:3f9c1b2a`, '.'],
    ],
    ['push', '--digestfile', expect.stringMatching(/\/digest$/), `${host}/orders:3f9c1b2a`],
  ]);
});

test('the password of the push is in one file, for its owner, and nowhere afterwards', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const { stdout, stderr } = await job.run({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });

  const calls = await job.calls();
  const content = JSON.stringify({ auths: { [host]: { auth: authorization } } });
  expect(calls.map(({ authFile }) => authFile)).toEqual([
    { mode: '600', content },
    { mode: '600', content },
  ]);
  const { PATH, HOME, TMPDIR } = job.base;
  const REGISTRY_AUTH_FILE = expect.stringMatching(/\/auth\.json$/);
  for (const { env } of calls) {
    expect(env).toEqual({
      PATH,
      HOME,
      TMPDIR,
      STORAGE_DRIVER: 'vfs',
      BUILDAH_ISOLATION: 'chroot',
      REGISTRY_AUTH_FILE,
    });
  }
  const seen = [stdout, stderr, await job.readHandover(), ...calls.flatMap(({ args }) => args)].join('\n');
  for (const secret of [ecrPassword, authorization, secretKey]) expect(seen).not.toContain(secret);
  expect(await job.leftovers()).toEqual(['checkout', 'checkout/build.env', 'tmp']);
});

test('a machine that can do better than the defaults chooses its storage and isolation', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const chosen = { STORAGE_DRIVER: 'overlay', BUILDAH_ISOLATION: 'rootless' };
  await job.run({ ...ecrVariables, ...chosen, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });
  expect((await job.calls()).map(({ env }) => env)).toMatchObject([chosen, chosen]);
});

test('a job that runs again builds nothing, and hands the same digest on', async () => {
  await using ecr = await serveEcr({ repositories: new Map([['orders', new Map([['3f9c1b2a', digest]])]]) });
  await using job = await prepareJob();
  await job.writeHandover('IMAGE_TAG=00000000\n');
  const result = await job.run({ ...ecrVariables, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });

  expect(result).toEqual({
    status: 0,
    stdout: `Nothing to build: the registry has ${host}/orders:3f9c1b2a\nIts digest is in build.env: ${digest}\n`,
    stderr: `Looking for ${host}/orders:3f9c1b2a\n`,
  });
  expect(await job.readHandover()).toBe(
    `IMAGE_REPOSITORY=${host}/orders\nIMAGE_TAG=3f9c1b2a\nIMAGE_DIGEST=${digest}\n`,
  );
  expect(await job.calls()).toEqual([]);
});

test('a registry with user and password takes the image too', async () => {
  const login = { user: 'ci', password: 'password-of-the-job' };
  await using registry = await serveRegistry({ ...login, login: 'bearer', digests: new Map() });
  await using job = await prepareJob();
  const repository = `${registry.host}/shop/orders`;
  const { status, stdout, stderr } = await job.run({
    CI_REGISTRY: registry.host,
    CI_REGISTRY_IMAGE: repository,
    CI_REGISTRY_USER: login.user,
    CI_REGISTRY_PASSWORD: login.password,
    CI_COMMIT_SHORT_SHA: '3f9c1b2a',
  });

  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `Published ${repository}:3f9c1b2a\nIts digest is in build.env: ${digest}\n`,
  });
  const [, push] = await job.calls();
  expect(push?.args).toEqual([
    'push',
    '--tls-verify=false',
    '--digestfile',
    expect.stringMatching(/\/digest$/),
    `${repository}:3f9c1b2a`,
  ]);
  expect(JSON.parse(push?.authFile.content ?? '')).toEqual({
    auths: { [registry.host]: { auth: Buffer.from('ci:password-of-the-job').toString('base64') } },
  });
  expect(stdout + stderr).not.toContain(login.password);
});

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
  expect(await job.leftovers()).toEqual(empty);
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
  expect(await job.leftovers()).toEqual(empty);
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
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE for a role.',
    '',
  ]);
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
  expect(await job.leftovers()).toEqual(empty);
});

test.each([[['pubish']], [['publish', 'now']], [['publish', '--force']], [[]]])(
  'a command line that means nothing ends with status 2: %j',
  async (args) => {
    await using job = await prepareJob();
    expect(await job.run(ecrVariables, args)).toMatchObject({ status: 2, stdout: '' });
  },
);
