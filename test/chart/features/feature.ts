import type { Manifest } from '../../support/kubernetes/manifests.ts';
import { name } from '../parts.ts';

/** Something that a values file can ask for. */
export interface Feature {
  name: string;
  values: object;
  /** What it changes in the expected objects, by their kind, when these features are on and those before are patched in. */
  patch: (on: ReadonlySet<string>, objects: Record<string, Manifest>) => Record<string, unknown>;
}

/** What follows a Deployment names it so. */
export const target = { apiVersion: 'apps/v1', kind: 'Deployment', name };

/** A patch of the pod that the Deployment makes. */
export function patchPod(spec: object, annotations: object = {}) {
  return { Deployment: { spec: { template: { metadata: { annotations }, spec } } } };
}

/** A patch of the service's own container. */
export function patchContainer(fields: object) {
  return patchPod({ containers: [{ name: 'service', ...fields }] });
}
