import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findPort } from '../process/service.ts';
import { ecrPassword } from './ecr-server.ts';
import type { Loopback } from '../process/loopback.ts';

export interface DockerRegistry extends Loopback {
  /** The digest of what a tag names. */
  findDigest: (repository: string, tag: string) => Promise<string | undefined>;
}

/** The password that ECR gives out, by bcrypt: a registry takes no other form. */
const users = 'AWS:$2y$05$abcdefghijklmnopqrstuuSCWaQsNXMp5KyNjHiyc2m3wvw3Z4Trq\n';

/** Starts a real registry that keeps its content in the folder, for the user AWS with the password of ECR. */
export async function startDockerRegistry(folder: string): Promise<DockerRegistry> {
  const host = `127.0.0.1:${await findPort()}`;
  const passwords = join(folder, 'users');
  const config = join(folder, 'config.json');
  await writeFile(passwords, users);
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { accesslog: { disabled: true }, level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'content') } },
      http: { addr: host },
      auth: { htpasswd: { realm: 'registry', path: passwords } },
    }),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const ask = (path: string) => fetch(`http://${host}/v2/${path}`, { method: 'HEAD', headers });
  while ((await ask('').catch(() => undefined)) === undefined) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}.`);
    await setTimeout(20);
  }
  return {
    host,
    async findDigest(repository, tag) {
      const { headers } = await ask(`${repository}/manifests/${tag}`);
      return headers.get('docker-content-digest') ?? undefined;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

const headers = {
  Authorization: `Basic ${Buffer.from(`AWS:${ecrPassword}`).toString('base64')}`,
  Accept: 'application/vnd.oci.image.manifest.v1+json',
};
