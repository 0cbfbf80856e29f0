import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../../scripts/program.ts';
import { ecrPassword } from '../support/ecr-server.ts';
import { makeImageStorage } from '../support/image-storage.ts';
import type { Project } from './project.ts';

/** An image that was pulled, as a folder that a process can have for its root. */
export interface UnpackedImage extends AsyncDisposable {
  root: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  user: string;
  workingDirectory: string;
}

const config = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()).default([]),
      Entrypoint: z.array(z.string()).default([]),
      Cmd: z.array(z.string()).default([]),
      WorkingDir: z.string(),
    }),
  }),
});

/** Pulls an image by its digest into a storage that has never seen it, and unpacks its layers. */
export async function unpackImage(project: Project, reference: string): Promise<UnpackedImage> {
  const folder = await mkdtemp(join(project.folder, 'pulled-'));
  const storage = await makeImageStorage(folder);
  const buildah = (...args: string[]) => run('buildah', args, storage);
  const login = ['--tls-verify=false', '--creds', `AWS:${ecrPassword}`];
  const container = await buildah('from', '--quiet', ...login, `docker://${reference}`);
  const root = await buildah('mount', container);
  const inspected: unknown = JSON.parse(await buildah('inspect', '--type', 'container', container));
  const { User, Env, Entrypoint, Cmd, WorkingDir } = config.parse(inspected).OCIv1.config;
  return {
    root,
    command: [...Entrypoint, ...Cmd],
    env: Object.fromEntries(
      Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ),
    user: User,
    workingDirectory: WorkingDir,
    async [Symbol.asyncDispose]() {
      await buildah('rm', container);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { status, stdout, stderr } = await runProgram(file, args, {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    timeLimit: 60_000,
  });
  if (status !== 0) throw new Error(`${file} ended with ${String(status)}: ${stderr}`);
  return stdout.toString().trim();
}
