import { expect, test } from '@jest/globals';
import { ecrPassword, serveEcr } from '../support/registry/ecr-server.ts';
import { digest, ecrVariables, host, prepareJob } from '../support/command/publish-job.ts';
import { serveRegistry } from '../support/registry/registry-server.ts';

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
      ...['--ulimit', expect.stringMatching(/^nofile=(\d+):\1$/)],
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
  const authorization = Buffer.from(`AWS:${ecrPassword}`).toString('base64');
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
  for (const secret of [ecrPassword, authorization, ecrVariables.AWS_SECRET_ACCESS_KEY])
    expect(seen).not.toContain(secret);
  expect(await job.leftovers()).toEqual(['checkout', 'checkout/build.env', 'tmp']);
});

test('a machine that can do better than the defaults chooses its storage and isolation', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  const chosen = { STORAGE_DRIVER: 'overlay', BUILDAH_ISOLATION: 'rootless' };
  await job.run({ ...ecrVariables, ...chosen, AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });
  expect((await job.calls()).map(({ env }) => env)).toMatchObject([chosen, chosen]);
});

test('the packages that the image of a job has are lent to the build', async () => {
  await using ecr = await serveEcr({ repositories: new Map() });
  await using job = await prepareJob();
  await job.run({ ...ecrVariables, GITOPS_HOME: '/somewhere', AWS_ENDPOINT_URL_ECR: `http://${ecr.host}` });
  const [build] = await job.calls();
  expect(build?.args.join(' ')).toContain(' --volume /somewhere:/opt/gitops:ro ');
});

test('a job that runs again builds nothing, and hands the same digest on', async () => {
  await using ecr = await serveEcr({ repositories: new Map([['orders', new Map([['3f9c1b2a', digest]])]]) });
  await using job = await prepareJob();
  await job.writeFile('build.env', 'IMAGE_TAG=00000000\n');
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
