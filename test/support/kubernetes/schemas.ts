import { findKubernetesFaults, kubernetesVersions } from './schemas-of-kubernetes.ts';
import type { Manifest } from './manifests.ts';
import { findModelFaults, isCustom } from './models.ts';

/**
 * Finds every fault of a manifest against the published schema of its kind, unknown fields included: Kubernetes' own
 * kinds in the oldest and the newest version that the chart supports, the others in the newest of their operator.
 */
export async function findSchemaFaults(manifest: Manifest): Promise<string[]> {
  if (isCustom(manifest)) return findModelFaults(manifest);
  return kubernetesVersions.flatMap((version) => findKubernetesFaults(manifest, version));
}
