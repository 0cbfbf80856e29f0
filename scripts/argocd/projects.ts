import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseShape } from '../release/shape.ts';
import type { YamlFile } from '../release/yaml-file.ts';
import type { ApplicationNames } from './applicationset.ts';

/** The path of the projects of Argo CD in the repository. */
export const projectsPath = 'environments/argocd/projects.yaml';

/** The name that Argo CD gives to its own cluster, for environments whose values name none. */
export const ownCluster = 'in-cluster';

const place = z.strictObject({ name: z.string(), namespace: z.string() });
const kind = z.object({ group: z.string(), kind: z.string(), name: z.string().optional() });

const spec = z.object({ destinations: z.array(place), clusterResourceWhitelist: z.array(kind) });
const shape = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }), spec })) });

const hint = 'Write it as those of the other environments are, and apply it: environments/README.md says how.';

/** Requires that an environment has a project of its own, which allows its own namespace and no other. */
export function requireProject(file: YamlFile, { project, namespace }: ApplicationNames, cluster: unknown): void {
  const { items } = parseShape(shape, file, { code: 'invalid-file', hint });
  const spec = items.find(({ metadata }) => metadata.name === project)?.spec;
  const fault = (what: string) => new Failure('invalid-file', `${file.path}: ${what}.`, hint);
  if (!spec) throw fault(`there is no AppProject ${project}`);
  const expected = {
    destinations: [{ name: cluster === undefined || cluster === '' ? ownCluster : cluster, namespace }],
    clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: namespace }],
  };
  for (const [field, value] of Object.entries(expected)) {
    if (isDeepStrictEqual(spec[field as keyof typeof expected], value)) continue;
    throw fault(`the ${field} of ${project} must be ${JSON.stringify(value)} and nothing more`);
  }
}
