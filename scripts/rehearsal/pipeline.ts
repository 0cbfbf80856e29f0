import { createHash } from 'node:crypto';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOut } from './gitlab.ts';
import type { Stage } from './stage.ts';

/** A release that the pipeline has built: the program in a folder of the stage, and its stand-in for a digest. */
export interface BuiltRelease {
  tag: string;
  folder: string;
  digest: string;
}

/** What the build job makes, without the image around it: the built program, by the release's own code. */
export async function build(stage: Stage, tag: string, packages: string): Promise<BuiltRelease> {
  const folder = `pipeline-${tag}`;
  await checkOut(stage, folder, tag);
  await symlink(packages, join(stage.folder, folder, 'node_modules'));
  await stage.run(folder, ['npm', 'run', 'build'], { RELEASE: tag });
  const program = await readFile(programOf(stage, folder));
  return { tag, folder, digest: `sha256:${createHash('sha256').update(program).digest('hex')}` };
}

/** The deploy job, with the variables that GitLab gives it. Gives what it printed. */
export async function deploy(
  stage: Stage,
  { tag, folder, digest }: BuiltRelease,
  environment: string,
): Promise<string> {
  return stage.run(folder, ['npm', 'run', '--silent', 'deploy', '--', environment], {
    CI_COMMIT_SHORT_SHA: tag,
    IMAGE_DIGEST: digest,
    GITLAB_USER_LOGIN: 'dev.eloper',
    GITLAB_USER_NAME: 'Dev Eloper',
    GITLAB_USER_EMAIL: 'dev.eloper@example.com',
    CI_PIPELINE_URL: 'https://gitlab.example.com/group/nestjs-service/-/pipelines/1',
  });
}

/** The path of a built program. */
export function programOf(stage: Stage, folder: string): string {
  return join(stage.folder, folder, 'dist/main.js');
}
