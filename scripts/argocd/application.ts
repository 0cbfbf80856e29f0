import { z } from 'zod';
import type { Image } from '../release/image.ts';

/** An Application of Argo CD, as far as it says what runs. */
export interface Application {
  /** Whether the cluster has what Git says, and at which commit that was found. */
  sync: string;
  revision: string;
  health: string;
  /** The sync that runs, or the last one. */
  operation: { phase: string; revision: string; message: string } | undefined;
  /** What Argo CD complains about. */
  conditions: string[];
  /** The images that run. */
  images: string[];
}

/** An object in the cluster that belongs to an Application. */
export interface Resource {
  kind: string;
  name: string;
  health: string | undefined;
  message: string;
}

/** What an Application is to run: the release's whole commit, and its image. */
export interface Target {
  commit: string;
  image: Image;
}

const revision = z.object({ revision: z.string().default('') });

const applicationShape = z.object({
  status: z
    .object({
      sync: z
        .object({ status: z.string().default('Unknown'), revision: z.string().default('') })
        .prefault({}),
      health: z.object({ status: z.string().default('Unknown') }).prefault({}),
      operationState: z
        .object({
          phase: z.string(),
          message: z.string().default(''),
          operation: z.object({ sync: revision.optional() }).optional(),
          syncResult: revision.optional(),
        })
        .optional(),
      conditions: z.array(z.object({ type: z.string(), message: z.string() })).default([]),
      summary: z.object({ images: z.array(z.string()).default([]) }).prefault({}),
    })
    .prefault({}),
});

const treeShape = z.object({
  nodes: z
    .array(
      z.object({
        kind: z.string(),
        name: z.string(),
        health: z.object({ status: z.string().optional(), message: z.string().default('') }).prefault({}),
      }),
    )
    .nullish(),
});

/** Reads an answer of `/api/v1/applications/NAME`; undefined when it is none. A new Application has no status. */
export function parseApplication(content: unknown): Application | undefined {
  const status = applicationShape.safeParse(content).data?.status;
  if (!status) return undefined;
  const { sync, health, operationState: state, conditions, summary } = status;
  return {
    sync: sync.status,
    revision: sync.revision,
    health: health.status,
    operation: state && {
      phase: state.phase,
      message: state.message,
      revision: state.syncResult?.revision ?? state.operation?.sync?.revision ?? '',
    },
    conditions: conditions.map(({ type, message }) => `${type}: ${message}`),
    images: summary.images,
  };
}

/** Reads an answer of `/api/v1/applications/NAME/resource-tree`; undefined when it is none. */
export function parseTree(content: unknown): Resource[] | undefined {
  const { data } = treeShape.safeParse(content);
  if (!data) return undefined;
  return (data.nodes ?? []).map(({ kind, name, health }) => {
    return { kind, name, health: health.status, message: health.message };
  });
}

/**
 * How an Application stands to what it is to run. The last sync may be of another release only when the cluster had
 * ours already, as after a release whose sync failed altogether.
 */
export function judgeApplication(
  application: Application,
  target: Target,
): 'healthy' | 'failing' | 'waiting' {
  const { sync, revision, health, operation } = application;
  const isSyncing = operation?.phase === 'Running' || operation?.phase === 'Terminating';
  if (revision !== target.commit || isSyncing) return 'waiting';
  if (operation?.revision === target.commit && operation.phase !== 'Succeeded') return 'failing';
  if (sync !== 'Synced') return 'waiting';
  if (health === 'Degraded') return 'failing';
  return health === 'Healthy' && runsImage(application, target) ? 'healthy' : 'waiting';
}

/** Whether the cluster runs what it is to run, however well. */
export function runsTarget(application: Application, target: Target): boolean {
  return application.revision === target.commit && runsImage(application, target);
}

/** An Application in a few words. */
export function describeApplication(application: Application, target: Target): string {
  const { sync, revision, health, operation } = application;
  return [
    revision === '' ? sync : `${sync} at ${revision.slice(0, target.image.tag.length)}`,
    health,
    ...(operation ? [`sync ${operation.phase}`] : []),
    ...(runsImage(application, target) ? [] : [`no pod of ${target.image.tag} yet`]),
  ].join(', ');
}

/** What Argo CD says of an Application that does not come to what it is to be. */
export function listReasons(
  { operation, conditions }: Application,
  resources: readonly Resource[],
): string[] {
  const hasFailed = operation !== undefined && operation.phase !== 'Succeeded' && operation.message !== '';
  return [
    ...(hasFailed ? [`sync ${operation.phase}: ${operation.message}`] : []),
    ...conditions,
    ...resources
      .filter(({ health }) => health !== undefined && health !== 'Healthy')
      .map(({ kind, name, health, message }) => {
        return [`${kind}/${name}`, health, message].filter(Boolean).join(': ');
      }),
  ];
}

function runsImage({ images }: Application, { image: { tag, digest } }: Target): boolean {
  return images.some((image) => image.endsWith(digest === '' ? `:${tag}` : `:${tag}@${digest}`));
}
