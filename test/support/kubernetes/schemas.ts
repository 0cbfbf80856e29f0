import { findKubernetesFaults, kubernetesVersions } from './schemas-of-kubernetes.ts';
import type { Manifest } from './manifests.ts';
import { findModelFaults } from './models.ts';

/**
 * Finds every fault of a manifest against the published schema of its kind, unknown fields included: Kubernetes' own
 * kinds in the oldest and the newest version that the chart supports, the others in the newest of their operator.
 */
export async function findSchemaFaults(manifest: Manifest): Promise<string[]> {
  const { apiVersion } = manifest;
  // A group with dots belongs to an operator, unless it is one of Kubernetes' own.
  const isOwn = !/\..*\//.test(apiVersion) || apiVersion.startsWith('networking.k8s.io/');
  if (!isOwn) return findModelFaults(manifest);
  return kubernetesVersions.flatMap((version) => findKubernetesFaults(manifest, version));
}
