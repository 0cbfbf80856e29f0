import type { Manifest } from './manifests.ts';

interface Kind {
  prototype: { validate: () => void };
}

/** Which fields of an object its validator has looked at. */
type Looks = Map<object, Set<string>>;

/**
 * Finds every fault of a manifest against the published schema of its kind, unknown fields included.
 * The validators let unknown fields pass, so they are watched: a field that none looks at is unknown.
 */
export async function findSchemaFaults(manifest: Manifest): Promise<string[]> {
  const { prototype } = await importKind(manifest);
  const looks: Looks = new Map();
  try {
    prototype.validate.call(watch(manifest, looks));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [error.message];
  }
  return findUnlooked(manifest, looks, manifest.kind);
}

async function importKind({ apiVersion, kind }: Manifest): Promise<Kind> {
  const models = apiVersion.startsWith('argoproj.io/') ? '@kubernetes-models/argo-cd' : 'kubernetes-models';
  const { [kind]: found } = (await import(`${models}/${apiVersion}/${kind}`)) as Record<string, Kind>;
  if (!found) throw new Error(`There is no ${kind} in ${models}/${apiVersion}.`);
  return found;
}

function watch(value: object, looks: Looks): object {
  const seen = looks.get(value) ?? new Set<string>();
  looks.set(value, seen);
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === 'string') seen.add(key);
      return isObject(field) ? watch(field, looks) : field;
    },
  });
}

function findUnlooked(value: object, looks: Looks, path: string): string[] {
  return Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
    const here = `${path}.${key}`;
    if (!looks.get(value)?.has(key)) return [`${here} is unknown`];
    return isObject(field) ? findUnlooked(field, looks, here) : [];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
