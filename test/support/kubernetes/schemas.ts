import { findKubernetesFaults, isKubernetes, kubernetesVersions } from './schemas-of-kubernetes.ts';
import type { Manifest } from './manifests.ts';
import { findModelFaults, isCustom } from './models.ts';

/**
 * Finds every fault of a manifest against the published schema of its kind, unknown fields included: Kubernetes' own
 * kinds in the oldest and the newest version that the chart supports, the others in the newest of their operator. Of a group
 * whose schemas no package has, as that of the VerticalPodAutoscaler, no fault can be found.
 */
export async function findSchemaFaults(manifest: Manifest): Promise<string[]> {
  if (isKubernetes(manifest)) return kubernetesVersions.flatMap((version) => findKubernetesFaults(manifest, version));
  return isCustom(manifest) ? findModelFaults(manifest) : [];
}
