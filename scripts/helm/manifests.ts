import { stringify } from 'yaml';
import { z } from 'zod';
import { Failure } from '../shell/failure.ts';
import { parseYaml, toValue } from '../release/yaml-file.ts';

/** An object as the cluster would get it. */
export type KubernetesObject = ReturnType<typeof describe>;

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

type Head = z.infer<typeof shape>;

const container = z.object({ image: z.string() });

/**
 * The objects of a chart that was rendered, ordered by kind and name, without Helm's tests, which run and go.
 * @throws {Failure} `invalid-file` or `invalid-chart` when they are no objects of Kubernetes.
 */
export function parseObjects(manifests: string): KubernetesObject[] {
  return parseManifests(manifests)
    .filter(({ head }) => !isTest(head))
    .map(({ content, head }) => describe(head, content))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The images of all containers in a chart that was rendered, those of Helm's tests among them. */
export function findImages(manifests: string): string[] {
  return parseManifests(manifests).flatMap(({ content }) => imagesIn(content));
}

function parseManifests(manifests: string): { content: unknown; head: Head }[] {
  // As Kubernetes reads them.
  return parseYaml('the rendered chart', manifests, '1.1').flatMap((parsed) => {
    const content = toValue(parsed);
    if (content === null) return [];
    const { data: head } = shape.safeParse(content);
    if (head) return [{ content, head }];
    throw new Failure(
      'invalid-chart',
      `${parsed.placeOf(parsed.document.range[0])}: this is not a Kubernetes object: it must have an apiVersion, a kind and metadata.`,
      'Correct the template that renders it.',
    );
  });
}

/** Whatever the kind of a workload, its pods have their containers in lists of these names. */
function imagesIn(node: unknown, name = ''): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const isContainers = name === 'containers' || name === 'initContainers';
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const { data } = container.safeParse(isContainers ? value : undefined);
    return [...(data ? [data.image] : []), ...imagesIn(value, key)];
  });
}

/** Argo CD takes hooks of Helm for its own, and knows more of them. */
function isMigration({ kind, metadata: { annotations } }: Head): boolean {
  const hooks = [annotations?.['helm.sh/hook'], annotations?.['argocd.argoproj.io/hook']].join();
  return kind === 'Job' && /\b(pre-upgrade|PreSync)\b/.test(hooks);
}

function isTest({ metadata }: Head): boolean {
  return /^test(-success|-failure)?$/.test(String(metadata.annotations?.['helm.sh/hook']));
}

function describe(head: Head, content: unknown) {
  const { apiVersion, kind, metadata } = head;
  const { generateName, name = generateName, namespace } = metadata;
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return {
    kind,
    name,
    /** What no two objects of a cluster share, whatever the version of their kind. */
    id: [kind, name, namespace, group].join(' '),
    /** Whether it runs before anything of its release is applied. */
    isMigration: isMigration(head),
    /** The object as YAML that says the same for every order of keys, comments and quotes. */
    text: stringify(content, { version: '1.1', sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 }),
  };
}
