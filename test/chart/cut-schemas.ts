import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// node test/chart/cut-schemas.ts FOLDER VERSION: see fixtures/README.md.

const kinds = {
  'v1/ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1/PersistentVolumeClaim': 'io.k8s.api.core.v1.PersistentVolumeClaim',
  'v1/Pod': 'io.k8s.api.core.v1.Pod',
  'v1/Service': 'io.k8s.api.core.v1.Service',
  'v1/ServiceAccount': 'io.k8s.api.core.v1.ServiceAccount',
  'apps/v1/Deployment': 'io.k8s.api.apps.v1.Deployment',
  'autoscaling/v2/HorizontalPodAutoscaler': 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'networking.k8s.io/v1/Ingress': 'io.k8s.api.networking.v1.Ingress',
  'networking.k8s.io/v1/NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
  'policy/v1/PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
};

const [folder = '', version = ''] = process.argv.slice(2);
const all = await readDefinitions(join(folder, `v${version}.0-local-strict/_definitions.json`));
const used = new Map<string, unknown>();
for (const name of Object.values(kinds)) take(name);
const document = {
  $id: `kubernetes-${version}`,
  kinds: Object.fromEntries(Object.entries(kinds).map(([kind, name]) => [kind, { $ref: `#/$defs/${name}` }])),
  $defs: Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1))),
};
await writeFile(
  join(import.meta.dirname, `fixtures/kubernetes-${version}.json`),
  `${JSON.stringify(document)}\n`,
);

/** Takes a definition, and all that it refers to. */
function take(name: string): void {
  if (used.has(name)) return;
  used.set(name, undefined);
  used.set(name, cut(all[name], Object.values(kinds).includes(name)));
}

/** What a manifest may say: not what it means, not `null`, and at the top not what the cluster answers. */
function cut(schema: unknown, isKind = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => cut(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const fields = Object.entries(schema).filter(([key, value]) => !isProse(key, value));
  return Object.fromEntries(fields.map(([key, value]) => [key, cutField(key, value, isKind)]));
}

function cutField(key: string, value: unknown, isKind: boolean): unknown {
  if (key === 'type' && Array.isArray(value)) return value.find((type) => type !== 'null') as unknown;
  if (key === '$ref' && typeof value === 'string') {
    const name = value.slice(value.lastIndexOf('/') + 1);
    take(name);
    return `#/$defs/${name}`;
  }
  if (key !== 'properties' || !isKind) return cut(value);
  const properties = Object.entries(value as object).filter(([name]) => name !== 'status');
  return cut(Object.fromEntries(properties));
}

function isProse(key: string, value: unknown): boolean {
  return (key === 'description' && typeof value === 'string') || key.startsWith('x-kubernetes');
}

async function readDefinitions(file: string): Promise<Record<string, unknown>> {
  const { $defs } = JSON.parse(await readFile(file, 'utf8')) as { $defs: Record<string, unknown> };
  return $defs;
}
