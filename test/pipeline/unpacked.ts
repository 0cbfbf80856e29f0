import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeImageStorage } from '../support/image/image-storage.ts';
import { run } from '../support/process/run.ts';
import type { Project } from './project.ts';
import { pullImage } from './pulled-image.ts';

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
  const options = { env: { PATH: process.env.PATH, HOME: '/nonexistent', ...storage }, timeLimit: 60_000 };
  const buildah = (...args: string[]) => run('buildah', args, options);
  const container = await pullImage(reference, options);
  const root = (await buildah('mount', container)).trim();
  const inspected: unknown = JSON.parse(await buildah('inspect', '--type', 'container', container));
  const { User, Env, Entrypoint, Cmd, WorkingDir } = config.parse(inspected).OCIv1.config;
  return {
    root,
    command: [...Entrypoint, ...Cmd],
    env: Object.fromEntries(Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
    user: User,
    workingDirectory: WorkingDir,
    async [Symbol.asyncDispose]() {
      await buildah('rm', container);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
