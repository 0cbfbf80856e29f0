import { z } from 'zod';
import { request } from '../../scripts/argocd/argocd.ts';
import { parseArgoSettings } from '../../scripts/argocd/settings.ts';

// Milliseconds: a hard refresh renders the chart anew.
const timeLimit = 60_000;

const shape = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ source: z.object({ targetRevision: z.string() }) }),
  status: z
    .object({
      sync: z.object({ status: z.string(), revision: z.string().default('') }).optional(),
      health: z.object({ status: z.string().optional() }).optional(),
      operationState: z
        .object({
          phase: z.string(),
          startedAt: z.string(),
          message: z.string().default(''),
          syncResult: z
            .object({ resources: z.array(z.object({ message: z.string().default('') })).default([]) })
            .optional(),
        })
        .optional(),
      resources: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
    })
    .prefault({}),
});

/** An Application, as far as the proof looks at it. */
export type LiveApplication = z.infer<typeof shape>;

/** Asks Argo CD's API, and gives its answer; undefined where it is that there is no such thing. */
export async function askArgo(path: string, method: 'GET' | 'DELETE' = 'GET'): Promise<unknown> {
  const settings = parseArgoSettings(process.env);
  const { signal } = new AbortController();
  const reply = await request(method, new URL(`${settings.address}/api/v1/${path}`), settings, {
    timeLimit,
    signal,
  });
  if (reply.status === 404) return undefined;
  if (reply.status === 200) return JSON.parse(reply.body);
  throw new Error(`${path} answered ${reply.status}: ${reply.body}`);
}

/** Reads an Application; undefined when there is none. */
export async function readApplication(
  { name, project }: { name: string; project: string },
  refresh?: 'hard',
): Promise<LiveApplication | undefined> {
  const query = new URLSearchParams({ project, ...(refresh && { refresh }) });
  const answer = await askArgo(`applications/${name}?${query.toString()}`);
  return answer === undefined ? undefined : shape.parse(answer);
}

/** Whether the cluster has what a release says, by Argo CD, and nothing is still being done to it. */
export function isSynced(application: LiveApplication, revision: string): boolean {
  const { sync } = application.status;
  const isWanted = application.spec.source.targetRevision === revision;
  return isWanted && sync?.status === 'Synced' && sync.revision === revision && !isBusy(application);
}

/** Whether a sync runs. */
export function isBusy({ status: { operationState } }: LiveApplication): boolean {
  return operationState?.phase === 'Running' || operationState?.phase === 'Terminating';
}

/** Ends the sync of an Application that runs, as far as one does. */
export async function endSync(name: string): Promise<void> {
  await askArgo(`applications/${name}/operation`, 'DELETE').catch(() => undefined);
}

/** What Argo CD would apply for an Application, without the mark by which it knows its objects again. */
export async function readManifests(name: string): Promise<object[]> {
  const { manifests } = z
    .object({ manifests: z.array(z.string()) })
    .parse(await askArgo(`applications/${name}/manifests`));
  return manifests.map((manifest) => {
    const object = z.looseObject({ metadata: z.looseObject({}) }).parse(JSON.parse(manifest));
    const { annotations, ...metadata } = object.metadata;
    const kept = Object.entries((annotations as object | undefined) ?? {}).filter(([key]) => key !== mark);
    return {
      ...object,
      metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    };
  });
}

const mark = 'argocd.argoproj.io/tracking-id';

/** Reads the names of all Applications. */
export async function readApplications(): Promise<string[]> {
  const { items } = z
    .object({ items: z.array(shape.pick({ metadata: true })).nullable() })
    .parse(await askArgo('applications'));
  return (items ?? []).map(({ metadata }) => metadata.name);
}
