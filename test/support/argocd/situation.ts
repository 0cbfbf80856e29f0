/** What the Application of a test is like; the rest is as Argo CD records it of a release that is well. */
export interface Situation {
  commit: string;
  tag: string;
  digest: string;
  /** The commit that its spec names, where the cluster was last compared with another one. */
  wanted?: string;
  sync?: 'Synced' | 'OutOfSync' | 'Unknown';
  health?: 'Healthy' | 'Progressing' | 'Degraded' | 'Missing';
  phase?: 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';
  message?: string;
  /** The commit of the last sync, where it is not the one that was compared. */
  synced?: string;
  startedAt?: string;
  /** How often the sync failed and was tried again, and what became of its objects. */
  retries?: number;
  results?: { kind: string; name: string; status: string; hookPhase?: string; message: string }[];
  conditions?: { type: string; message: string }[];
  resources?: { kind: string; name: string; health: { status: string; message?: string } }[];
}

const repoURL = 'https://gitlab.example.com/group/orders.git';
const time = '2026-11-24T10:00:00Z';

/** An answer of `/api/v1/applications/orders-dev`, whole, as the recorded ones are. */
export function recordApplication(situation: Situation): object {
  const { commit, tag, digest, synced = commit, wanted = commit, startedAt = time } = situation;
  const { sync = 'Synced', health = 'Healthy', phase = 'Succeeded' } = situation;
  const { message = 'successfully synced (all tasks run)' } = situation;
  const destination = { name: 'in-cluster', namespace: 'orders-dev' };
  const values = `image:\n  digest: ${digest}\n  revision: "${commit}"\n  tag: "${tag}"`;
  const sourceOf = (targetRevision: string) => {
    return { repoURL, path: 'helm-chart', targetRevision, helm: { releaseName: 'orders', values } };
  };
  return {
    metadata: { name: 'orders-dev', namespace: 'argocd' },
    spec: {
      project: 'orders-dev',
      source: sourceOf(wanted),
      destination,
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
    status: {
      sync: { status: sync, revision: commit, comparedTo: { source: sourceOf(commit), destination } },
      health: { status: health, lastTransitionTime: time },
      conditions: situation.conditions ?? [],
      resources: situation.resources ?? [],
      operationState: {
        phase,
        message,
        startedAt,
        ...(phase !== 'Running' && { finishedAt: time }),
        operation: {
          sync: { revision: synced, prune: true, source: sourceOf(synced) },
          initiatedBy: { automated: true },
          retry: { limit: 1 },
        },
        ...(situation.retries !== undefined && { retryCount: situation.retries }),
        syncResult: {
          revision: synced,
          source: sourceOf(synced),
          resources: (situation.results ?? []).map((result) => ({
            group: '',
            version: 'v1',
            namespace: '',
            ...result,
          })),
        },
      },
      summary: {},
    },
  };
}
