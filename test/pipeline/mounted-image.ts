import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../support/process/run.ts';
import type { Project } from './project.ts';
import { pullImage } from './pulled-image.ts';

// Milliseconds: an image with all packages is pulled.
const timeLimit = 300_000;

/** Finds the image for the jobs of this project in what the job that has made it says. */
export function findPipelineImage(output: string): { name: string; digest: string } {
  const [, name = '', digest = ''] = /this project, set PIPELINE_IMAGE to (\S+)@(\S+)/.exec(output) ?? [];
  return { name, digest };
}

/** Gives the variables by which the jobs on this machine have what the pipeline's image has for them. */
export async function mountImage(project: Project, output: string): Promise<Record<string, string>> {
  const options = { env: { ...process.env, ...project.variables }, timeLimit };
  const container = await pullImage(findPipelineImage(output).name, options);
  const root = (await run('buildah', ['mount', container], options)).trim();
  const home = join(root, 'opt/gitops');
  const bin = join(project.folder, 'bin');
  await mkdir(bin);
  // In the image they are links from its own root.
  for (const [name, file] of Object.entries({ gitops: 'gitops.mjs', helm: 'helm' })) {
    await symlink(join(home, 'bin', file), join(bin, name));
  }
  return { GITOPS_HOME: home, PATH: [bin, dirname(process.execPath), process.env.PATH].join(':') };
}
