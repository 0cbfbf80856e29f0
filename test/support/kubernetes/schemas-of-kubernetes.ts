import { Ajv, type ErrorObject } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifests.ts';

/** The oldest version of Kubernetes that the chart supports, and the newest that there is. */
export const kubernetesVersions = ['1.34', '1.37'] as const;

type KubernetesVersion = (typeof kubernetesVersions)[number];

// Their formats, such as int32, are no formats of JSON Schema.
const ajv = new Ajv({ strict: false, validateFormats: false });
for (const version of kubernetesVersions) {
  const file = join(import.meta.dirname, `../../chart/fixtures/kubernetes-${version}.json`);
  ajv.addSchema(JSON.parse(readFileSync(file, 'utf8')) as object, version);
}

/** Finds the first fault of a manifest against the schema of its kind in a version of Kubernetes. */
export function findKubernetesFaults(manifest: Manifest, version: KubernetesVersion): string[] {
  const { apiVersion, kind } = manifest;
  const pointer = `${apiVersion}/${kind}`.replaceAll('/', '~1');
  const validate = ajv.getSchema(`${version}#/kinds/${pointer}`);
  if (!validate)
    throw new Error(`There is no ${apiVersion} ${kind} in the schemas of Kubernetes ${version}.`);
  if (validate(manifest) === true) return [];
  return (validate.errors ?? []).map((error) => `Kubernetes ${version}: ${kind}${describe(error)}`);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  if (additionalProperty !== undefined) return `${instancePath}/${additionalProperty} is unknown`;
  return `${instancePath} ${message ?? 'is wrong'}`;
}
