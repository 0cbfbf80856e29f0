import { z } from 'zod';
import { isLoopback } from '../../scripts/shell/loopback.ts';
import { parseVariables } from '../../scripts/shell/variables.ts';

/** How the proof and the cluster find each other. */
export interface ClusterSettings {
  /** The host at which Argo CD reaches this machine. */
  gitHost: string;
  /** Where this machine listens for it. */
  listensOn: string;
  /** The webhook of the ApplicationSet controller; without it, the ApplicationSet is told by an annotation. */
  webhook: string | undefined;
  /** The image of each release: the tag that is put between both means nothing where there is a digest. */
  image: { repository: string; digest: string };
}

// Nobody has such an image: it is for a cluster whose pods are simulated.
const simulatedImage = `registry.example.com/proof@sha256:${'a'.repeat(64)}`;

const variables = z.object({
  KUBECONFIG: z.string(),
  ARGOCD_SERVER: z.string(),
  ARGOCD_AUTH_TOKEN: z.string(),
  CLUSTER_GIT_HOST: z.string().default('127.0.0.1'),
  CLUSTER_WEBHOOK: z.url('is no URL').optional(),
  CLUSTER_IMAGE: z
    .string()
    .regex(/^[^@]+@sha256:[0-9a-f]{64}$/, 'is no image with its digest, NAME@sha256:…')
    .default(simulatedImage),
});

/**
 * Reads from the environment where the cluster is.
 * @throws {Failure} `missing-variable` naming all that is missing, `usage` when a value is wrong.
 */
export function parseClusterSettings(env: NodeJS.ProcessEnv): ClusterSettings {
  const { CLUSTER_GIT_HOST, CLUSTER_WEBHOOK, CLUSTER_IMAGE } = parseVariables(
    variables,
    env,
    'environments/README.md says how such a cluster is made, and what each variable is for.',
  );
  const [repository = '', digest = ''] = CLUSTER_IMAGE.split('@');
  return {
    gitHost: CLUSTER_GIT_HOST,
    listensOn: isLoopback(CLUSTER_GIT_HOST) ? '127.0.0.1' : '0.0.0.0',
    webhook: CLUSTER_WEBHOOK,
    image: { repository, digest },
  };
}
