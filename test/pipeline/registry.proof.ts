import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../scripts/process/program.ts';
import { serveCuts } from '../support/registry/cutting-proxy.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/registry/docker-registry.ts';
import { ecrPassword } from '../support/registry/ecr-server.ts';
import { makeImageStorage } from '../support/image/image-storage.ts';
import { run } from '../support/process/run.ts';

let folder: string;
let registry: DockerRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-proof-'));
  registry = await startDockerRegistry(folder);
  for (const name of ['checkout', 'home', 'tmp']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'checkout/Dockerfile'), 'FROM scratch\nCOPY file /\n');
  await writeFile(join(folder, 'checkout/file'), Buffer.alloc(4_000_000, 'a release '));
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Runs `image publish` with the real buildah, whose images are in a folder of the proof. */
async function publish(host: string, tag: string, { password = ecrPassword, images = 'images' } = {}) {
  const storage = await makeImageStorage(folder, { images: join(folder, images) });
  const { status, stdout, stderr } = await runProgram(
    process.execPath,
    [resolve('scripts/gitops.ts'), 'image', 'publish'],
    {
      cwd: join(folder, 'checkout'),
      env: {
        PATH: process.env.PATH,
        HOME: join(folder, 'home'),
        TMPDIR: join(folder, 'tmp'),
        ...storage,
        CI_REGISTRY: host,
        CI_REGISTRY_IMAGE: `${host}/shop/orders`,
        CI_REGISTRY_USER: 'AWS',
        CI_REGISTRY_PASSWORD: password,
        CI_COMMIT_SHORT_SHA: tag,
      },
      timeLimit: 120_000,
    },
  );
  return { status, stdout: stdout.toString(), stderr };
}

test('a connection that is cut in a push is tried again, and the job ends well', async () => {
  await using proxy = await serveCuts(registry.host, 2);
  const { status, stdout } = await publish(proxy.host, '00000001');
  expect({ status, cuts: proxy.cuts }).toEqual({ status: 0, cuts: 2 });
  expect(stdout).toContain(
    `Its digest is in build.env: ${String(await registry.findDigest('shop/orders', '00000001'))}`,
  );
}, 120_000);

test('a registry that cuts every connection is given up, and no tag is there', async () => {
  await using proxy = await serveCuts(registry.host, Infinity);
  const { status, stderr } = await publish(proxy.host, '00000002');
  expect(status).toBe(5);
  expect(stderr.trimEnd().split('\n').slice(-2)).toEqual([
    `Pushing ${proxy.host}/shop/orders:00000002 failed: buildah ended with status 125.`,
    'The lines above hold what the registry said; the job can run again as it is.',
  ]);
  expect(await registry.findDigest('shop/orders', '00000002')).toBeUndefined();
}, 120_000);

test('a password that the registry does not know, or no longer, is told before anything is built', async () => {
  const { status, stderr } = await publish(registry.host, '00000003', { password: 'of-yesterday' });
  expect(status).toBe(5);
  expect(stderr).toBe(
    `Looking for ${registry.host}/shop/orders:00000003\n` +
      `${registry.host} refused the user "AWS" (401).\n` +
      'Check CI_REGISTRY, CI_REGISTRY_USER and CI_REGISTRY_PASSWORD; a job token lives only as long as its job.\n',
  );
});

test('a disk that is full while building is named, and nothing is pushed', async () => {
  const disk = join(folder, 'small');
  const options = { env: { PATH: process.env.PATH }, timeLimit: 30_000 };
  await mkdir(disk);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], options);
  try {
    const { status, stderr } = await publish(registry.host, '00000004', { images: 'small' });
    expect(status).toBe(2);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'The disk of this machine is full: make room where buildah keeps its images, then run the job again.',
    );
    expect(await registry.findDigest('shop/orders', '00000004')).toBeUndefined();
  } finally {
    await run('umount', ['--lazy', '--recursive', disk], options);
  }
}, 60_000);
