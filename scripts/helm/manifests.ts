import { stringify } from 'yaml';
import { z } from 'zod';
import { parseYaml, toValue } from '../release/yaml-file.ts';

/** An object as the cluster would get it. */
export interface KubernetesObject {
  kind: string;
  name: string;
  /** What no two objects of a cluster share, whatever the version of their kind. */
  id: string;
  /** The object as YAML that says the same for every order of keys, comments and quotes. */
  text: string;
}

const shape = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z
    .object({
      // A list has none, and what is generated has only the beginning of one.
      name: z.string().optional(),
      generateName: z.string().default(''),
      namespace: z.string().default(''),
      annotations: z.record(z.string(), z.unknown()).nullish(),
    })
    .prefault({}),
});

/** The objects of a chart that was rendered, ordered by kind and name, without Helm's tests, which run and go. */
export function parseObjects(manifests: string): KubernetesObject[] {
  // As Kubernetes reads them.
  return parseYaml('the rendered chart', manifests, '1.1')
    .map((parsed) => toValue(parsed))
    .filter((content) => content !== null)
    .map((content) => ({ content, head: shape.parse(content) }))
    .filter(({ head }) => !isTest(head))
    .map(({ content, head }) => describe(head, content))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function isTest({ metadata }: z.infer<typeof shape>): boolean {
  return /^test(-success|-failure)?$/.test(String(metadata.annotations?.['helm.sh/hook']));
}

function describe({ apiVersion, kind, metadata }: z.infer<typeof shape>, content: unknown): KubernetesObject {
  const { generateName, name = generateName, namespace } = metadata;
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return {
    kind,
    name,
    id: [kind, name, namespace, group].join(' '),
    text: stringify(content, {
      version: '1.1',
      sortMapEntries: true,
      aliasDuplicateObjects: false,
      lineWidth: 0,
    }),
  };
}
