import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from '../process/loopback.ts';
import type { Loopback } from '../process/loopback.ts';
import type { Manifest } from '../kubernetes/manifests.ts';

/** One answer: a body with its status, or a connection that is cut in the middle of one. */
export type Recorded = { status?: number; body: unknown } | 'cut';

export interface ArgoServer extends Loopback {
  /** The paths that were asked for, in order. */
  questions: string[];
}

export interface ArgoServerOptions {
  /** The answers about the Application, in order; the last one stays. */
  applications: readonly Recorded[];
  /** The answer about its resource tree. */
  tree?: unknown;
  /** Whether it speaks TLS, with a certificate that it has signed itself. */
  isSecure?: boolean;
}

/** What the Application of a test is like; the rest is as Argo CD records it of a release that is well. */
export interface Situation {
  commit: string;
  tag: string;
  digest: string;
  sync?: 'Synced' | 'OutOfSync' | 'Unknown';
  health?: 'Healthy' | 'Progressing' | 'Degraded' | 'Missing';
  phase?: 'Running' | 'Succeeded' | 'Failed' | 'Error';
  message?: string;
  /** The commit of the last sync, where it is not the one that was compared. */
  synced?: string;
  images?: string[];
  conditions?: { type: string; message: string }[];
}

export const argoToken = 'eyJhbGciOiJIUzI1NiJ9.a-token-for-argo-cd.signature';
export const permissionDenied = {
  status: 403,
  body: { error: 'permission denied', code: 7, message: 'permission denied' },
};
export const notFound = {
  status: 404,
  body: {
    error: 'applications.argoproj.io "orders-dev" not found',
    code: 5,
    message: 'applications.argoproj.io "orders-dev" not found',
  },
};
export const invalidSession = {
  status: 401,
  body: {
    error: 'invalid session: token is expired',
    code: 16,
    message: 'invalid session: token is expired',
  },
};
export const badGateway = { status: 502, body: '<html><body>502 Bad Gateway</body></html>' };

/** Plays recorded answers of Argo CD's API. */
export async function serveArgo({
  applications,
  tree,
  isSecure = false,
}: ArgoServerOptions): Promise<ArgoServer> {
  const questions: string[] = [];
  const waiting = [...applications];
  const pem = isSecure ? readFileSync(join(import.meta.dirname, 'self-signed.pem')) : undefined;
  const server = await listen(
    (request, response) => {
      questions.push(request.url ?? '');
      const isTree = request.url?.includes('/resource-tree') === true;
      const next = isTree ? { body: tree } : waiting.length > 1 ? waiting.shift() : waiting[0];
      play(request, response, next ?? notFound);
    },
    pem && { key: pem, cert: pem },
  );
  return { ...server, questions };
}

/** An answer of `/api/v1/applications/orders-dev`, whole. */
export function recordApplication(situation: Situation): Manifest {
  const { commit, tag, digest, synced = commit, phase = 'Succeeded' } = situation;
  const { sync = 'Synced', health = 'Healthy', message = 'successfully synced (all tasks run)' } = situation;
  const repoURL = 'https://gitlab.example.com/group/orders.git';
  const source = { repoURL, path: 'helm-chart', targetRevision: tag, helm: { releaseName: 'orders' } };
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'orders-dev' };
  const time = '2026-11-24T10:00:00Z';
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'orders-dev', namespace: 'argocd' },
    spec: {
      project: 'orders',
      source,
      destination,
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
    status: {
      controllerNamespace: 'argocd',
      reconciledAt: time,
      resourceHealthSource: 'appTree',
      sourceType: 'Helm',
      sync: { status: sync, revision: commit, comparedTo: { source, destination } },
      health: { status: health, lastTransitionTime: time },
      conditions: situation.conditions ?? [],
      operationState: {
        phase,
        message,
        startedAt: time,
        ...(phase !== 'Running' && { finishedAt: time }),
        operation: {
          sync: { revision: synced, prune: true },
          initiatedBy: { automated: true },
          retry: { limit: 10 },
        },
        syncResult: { revision: synced, source },
      },
      summary: { images: situation.images ?? [`registry.example.com/orders:${tag}@${digest}`] },
    },
  };
}

function play({ headers }: IncomingMessage, response: ServerResponse, recorded: Recorded): void {
  if (headers.authorization !== `Bearer ${argoToken}`) {
    send(response, invalidSession.status, invalidSession.body);
  } else if (recorded === 'cut') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1_000 });
    response.write('{"metadata":', () => response.destroy());
  } else {
    send(response, recorded.status ?? 200, recorded.body);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const isPage = typeof body === 'string';
  response.writeHead(status, { 'Content-Type': isPage ? 'text/html' : 'application/json' });
  response.end(isPage ? body : JSON.stringify(body));
}
