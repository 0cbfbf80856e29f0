import { Ajv, type ErrorObject } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifests.ts';

/** The oldest version of Kubernetes that the chart supports, and the newest that there is. */
export const kubernetesVersions = ['1.34', '1.37'] as const;

type KubernetesVersion = (typeof kubernetesVersions)[number];

// Their formats, such as int32, are no formats of JSON Schema.
const ajv = new Ajv({ strict: false, validateFormats: false });
const groups = new Set<string>();
for (const version of kubernetesVersions) {
  const file = join(import.meta.dirname, `../../chart/fixtures/kubernetes-${version}.json`);
  const schemas = JSON.parse(readFileSync(file, 'utf8')) as { kinds: object };
  ajv.addSchema(schemas, version);
  for (const kind of Object.keys(schemas.kinds)) groups.add(groupOf(kind.slice(0, kind.lastIndexOf('/'))));
}

/** Whether a manifest is of a group of Kubernetes' own. */
export function isKubernetes({ apiVersion }: Manifest): boolean {
  return groups.has(groupOf(apiVersion));
}

/** Finds the first fault of a manifest against the schema of its kind in a version of Kubernetes. */
export function findKubernetesFaults(manifest: Manifest, version: KubernetesVersion): string[] {
  const { apiVersion, kind } = manifest;
  const pointer = `${apiVersion}/${kind}`.replaceAll('/', '~1');
  const validate = ajv.getSchema(`${version}#/kinds/${pointer}`);
  if (!validate) throw new Error(`There is no ${apiVersion} ${kind} in the schemas of Kubernetes ${version}.`);
  if (validate(manifest) === true) return [];
  return (validate.errors ?? []).map((error) => `Kubernetes ${version}: ${kind}${describe(error)}`);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  if (additionalProperty !== undefined) return `${instancePath}/${additionalProperty} is unknown`;
  return `${instancePath} ${message ?? 'is wrong'}`;
}
