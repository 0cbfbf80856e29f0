import type { Manifest } from './manifests.ts';

interface Kind {
  prototype: { validate: () => void };
}

/** Which fields of an object its validator has looked at. */
type Looks = Map<object, Set<string>>;

/** The packages that hold the schemas of custom resources, by their group. */
const packages: Record<string, string> = {
  'argoproj.io': 'argo-cd',
  'external-secrets.io': 'external-secrets',
  'gateway.networking.k8s.io': 'gateway-api',
  'monitoring.coreos.com': 'prometheus-operator',
};

/** Whether a package holds the schema of its group. */
export function isCustom({ apiVersion }: Manifest): boolean {
  return (apiVersion.split('/')[0] ?? '') in packages;
}

/**
 * Finds every fault of a custom resource against the published schema of its kind, unknown fields included.
 * The validators let unknown fields pass, so they are watched: a field that none looks at is unknown.
 */
export async function findModelFaults(manifest: Manifest): Promise<string[]> {
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
  const models = packages[apiVersion.split('/')[0] ?? ''];
  if (models === undefined) throw new Error(`There are no schemas for ${apiVersion}.`);
  const module = `@kubernetes-models/${models}/${apiVersion}/${kind}`;
  const { [kind]: found } = (await import(module)) as Record<string, Kind>;
  if (!found) throw new Error(`There is no ${kind} in ${module}.`);
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
