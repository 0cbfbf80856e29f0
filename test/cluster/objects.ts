import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { applicationSetPath } from '../../scripts/argocd/applicationset.ts';
import { projectsPath } from '../../scripts/argocd/projects.ts';
import { root } from '../support/kubernetes/render.ts';

/** The namespace of Argo CD, in which its objects are. */
export const argoNamespace = 'argocd';

/** Whose objects they are, and where Argo CD finds its repository. */
export interface Subject {
  name: string;
  address: string;
  environments: readonly string[];
}

const setShape = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ template: z.object({ spec: z.object({ source: z.object({ repoURL: z.string() }) }) }) }),
});
const projectsShape = z.object({
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).min(1),
});

/**
 * Reads `environments/argocd/` as it is for another service, of other environments: by the steps that the READMEs give, which
 * are to write another name and another address, and a project an environment.
 */
export async function readArgoFiles({ name, address, environments }: Subject) {
  const setText = await readFile(join(root, applicationSetPath), 'utf8');
  const set = setShape.parse(parse(setText));
  const own = set.metadata.name;
  const rewrite = (text: string) =>
    text.replaceAll(set.spec.template.spec.source.repoURL, address).replaceAll(own, name);
  const projectsText = await readFile(join(root, projectsPath), 'utf8');
  const [project] = projectsShape.parse(parse(projectsText)).items;
  const first = project?.metadata.name.slice(own.length + 1) ?? '';
  const items = environments.map((environment): unknown =>
    JSON.parse(rewrite(JSON.stringify(project)).replaceAll(`${name}-${first}`, `${name}-${environment}`)),
  );
  // In the order in which they are applied.
  return {
    [projectsPath]: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    [applicationSetPath]: rewrite(setText),
  };
}

/** How Argo CD gets in. */
export function repositorySecret({ name, address }: Subject, password: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `${name}-repository`,
      namespace: argoNamespace,
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
    },
    stringData: { type: 'git', url: address, username: gitUser, password },
  };
}

/** Whom the Git server lets in. */
export const gitUser = 'argocd';
