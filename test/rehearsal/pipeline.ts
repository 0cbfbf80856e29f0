import { createHash } from 'node:crypto';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOut } from './gitlab.ts';
import type { Stage } from './stage.ts';

/** A release that the pipeline has built, and what stands for the digest of its image. */
export interface BuiltRelease {
  tag: string;
  digest: string;
}

/** What the build job makes, without the image around it: the built program, by the release's own code. */
export async function build(stage: Stage, tag: string, packages: string): Promise<BuiltRelease> {
  const folder = folderOf(tag);
  await checkOut(stage, folder, tag);
  await symlink(packages, join(stage.folder, folder, 'node_modules'));
  await stage.run(folder, ['npm', 'run', 'build'], { env: { RELEASE: tag } });
  const program = await readFile(programOf(stage, tag));
  return { tag, digest: `sha256:${createHash('sha256').update(program).digest('hex')}` };
}

/** The deploy job, with the variables that GitLab gives it. Gives what it printed. */
export async function deploy(stage: Stage, { tag, digest }: BuiltRelease, environment: string): Promise<string> {
  const env = {
    CI_COMMIT_SHORT_SHA: tag,
    IMAGE_DIGEST: digest,
    GITLAB_USER_LOGIN: 'dev.eloper',
    GITLAB_USER_NAME: 'Dev Eloper',
    GITLAB_USER_EMAIL: 'dev.eloper@example.com',
    CI_PIPELINE_URL: 'https://gitlab.example.com/group/project/-/pipelines/1',
  };
  return stage.run(folderOf(tag), ['npm', 'run', '--silent', 'deploy', '--', environment], { env });
}

/** The path of the program that was built as a release. */
export function programOf(stage: Stage, tag: string): string {
  return join(stage.folder, folderOf(tag), 'dist/main.js');
}

function folderOf(tag: string): string {
  return `pipeline-${tag}`;
}
