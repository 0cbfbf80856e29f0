import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// node test/chart/cut-schemas.ts FOLDER VERSION: see fixtures/README.md.

const [folder = '', version = ''] = process.argv.slice(2);
const all = await readDefinitions(join(folder, `v${version}.0-local-strict/_definitions.json`));
const kinds = listKinds();
const used = new Map<string, unknown>();
for (const name of kinds.values()) take(name);
const document = {
  $id: `kubernetes-${version}`,
  kinds: Object.fromEntries([...kinds].sort().map(([kind, name]) => [kind, { $ref: `#/$defs/${name}` }])),
  $defs: Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1))),
};
await writeFile(join(import.meta.dirname, `fixtures/kubernetes-${version}.json`), `${JSON.stringify(document)}\n`);

/** Every kind that a manifest can be of, as `apps/v1/Deployment`, with the name of its definition. */
function listKinds(): Map<string, string> {
  const entries = Object.entries(all).flatMap(([name, definition]) => {
    const [own, ...others] = (definition as Definition)['x-kubernetes-group-version-kind'] ?? [];
    // What several kinds share is a part of requests, and a list is what the cluster answers.
    if (!own || others.length > 0 || own.kind.endsWith('List')) return [];
    return [[[own.group, own.version, own.kind].filter(Boolean).join('/'), name] as const];
  });
  return new Map(entries);
}

/** Takes a definition, and all that it refers to. */
function take(name: string): void {
  if (used.has(name)) return;
  used.set(name, undefined);
  used.set(name, cut(all[name], [...kinds.values()].includes(name)));
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

interface Definition {
  'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}
