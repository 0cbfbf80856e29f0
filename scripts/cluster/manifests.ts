import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';

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
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

/** The objects of a chart that was rendered, ordered by kind and name, without Helm's tests: Argo CD has no use for them. */
export function parseObjects(manifests: string): KubernetesObject[] {
  // As Kubernetes reads them.
  return parseAllDocuments(manifests, { version: '1.1' })
    .map((document) => document.toJS() as unknown)
    .flatMap((content) => {
      const { data } = shape.safeParse(content);
      return data && !isTest(data) ? [describe(data, content)] : [];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function isTest({ metadata }: z.infer<typeof shape>): boolean {
  return /^test(-success|-failure)?$/.test(metadata.annotations?.['helm.sh/hook'] ?? '');
}

function describe({ apiVersion, kind, metadata }: z.infer<typeof shape>, content: unknown): KubernetesObject {
  const { name, namespace = '' } = metadata;
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
