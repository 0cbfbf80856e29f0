import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIdentity, type Identity } from '../adopt/identity.ts';
import { applicationSetPath } from '../argocd/applicationset.ts';
import { projectsPath } from '../argocd/projects.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { flowPath } from '../release/flow.ts';
import { chartPath, valuesPath } from '../release/values.ts';

/** The files of this repository that another one begins with, by their paths, and the names that stand in them. */
export interface Templates {
  identity: Identity;
  files: Readonly<Record<string, string>>;
}

// The bundle has no repository around it, and takes them along.
declare const bundledTemplates: Templates | undefined;

/** Reads the templates of this repository, as they are now, or as they were when the bundle was made. */
export async function readTemplates(): Promise<Templates> {
  return typeof bundledTemplates === 'undefined'
    ? collectTemplates(join(import.meta.dirname, '../..'))
    : bundledTemplates;
}

/** Collects the templates of a checkout of this repository. */
export async function collectTemplates(root: string): Promise<Templates> {
  // The READMEs are about this repository.
  const chart = [`${chartPath}/.helmignore`, `${chartPath}/**/*.{json,tpl,yaml}`];
  const patterns = [pipelinePath, flowPath, valuesPath('*'), applicationSetPath, projectsPath, ...chart];
  const paths = await Array.fromAsync(glob(patterns, { cwd: root }));
  const files = paths.sort().map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const);
  return { identity: await readIdentity(root), files: Object.fromEntries(await Promise.all(files)) };
}
