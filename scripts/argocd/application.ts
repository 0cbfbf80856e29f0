import { parse } from 'yaml';
import { z } from 'zod';
import { toLine } from '../release/line.ts';

/** An Application of Argo CD, as far as it says what runs. */
export interface Application {
  /** The revision that it is to run, by its own spec. */
  wanted: string;
  /** Whether the cluster has what Git says, and what it was last compared with. */
  sync: string;
  revision: string;
  image: { tag: string; digest: string };
  health: string;
  /** The sync that runs, or the last one. */
  operation: Operation | undefined;
  /** What Argo CD complains about. */
  conditions: Condition[];
  /** The objects of its manifests. */
  resources: Resource[];
}

/** A sync, with all of its attempts. */
export interface Operation {
  phase: string;
  revision: string;
  message: string;
  /** How often it failed and was tried again: while attempts are left, its phase stays Running. */
  retries: number;
  startedAt: string;
  /** What Argo CD says of each object that could not be synced, and of each hook that failed. */
  faults: string[];
}

export interface Condition {
  type: string;
  message: string;
}

/** An object in the cluster that belongs to an Application. */
export interface Resource {
  kind: string;
  name: string;
  /** Its health, or for a pod the reason of its state, such as ImagePullBackOff. */
  state: string;
  message: string;
  health: string | undefined;
}

const text = z.string().default('');
/** What Argo CD says, which is others' words: it is told in one line. */
const words = z.string().transform(toLine).default('');

/** The health of an object, which a kind that has none leaves out. */
export const healthShape = z.object({ status: z.string().optional(), message: words }).prefault({});
const source = z.object({
  targetRevision: text,
  helm: z.object({ values: text }).prefault({}),
});

const result = z.object({
  kind: z.string(),
  name: z.string(),
  status: text,
  hookPhase: text,
  message: words,
});

const operationState = z.object({
  phase: z.string(),
  message: words,
  retryCount: z.number().default(0),
  startedAt: text,
  operation: z
    .object({ sync: z.object({ revision: text, source: source.prefault({}) }).prefault({}) })
    .prefault({}),
  syncResult: z.object({ revision: text, resources: z.array(result).default([]) }).prefault({}),
});

const applicationShape = z.object({
  spec: z.object({ source: source.prefault({}) }).prefault({}),
  status: z
    .object({
      sync: z
        .object({
          status: z.string().default('Unknown'),
          revision: text,
          comparedTo: z.object({ source: source.prefault({}) }).prefault({}),
        })
        .prefault({}),
      health: z.object({ status: z.string().default('Unknown') }).prefault({}),
      operationState: operationState.optional(),
      conditions: z.array(z.object({ type: z.string(), message: words })).default([]),
      resources: z.array(z.object({ kind: z.string(), name: z.string(), health: healthShape })).default([]),
    })
    .prefault({}),
});

const valuesShape = z.object({ image: z.object({ tag: text, digest: text }).prefault({}) });

/** Reads an answer of `/api/v1/applications/NAME`; undefined when it is none. A new Application has no status. */
export function parseApplication(content: unknown): Application | undefined {
  const { data } = applicationShape.safeParse(content);
  if (!data) return undefined;
  const { sync, health, operationState: state, conditions, resources } = data.status;
  return {
    wanted: data.spec.source.targetRevision,
    sync: sync.status,
    revision: sync.revision,
    image: parseImage(sync.comparedTo.source.helm.values),
    health: health.status,
    operation: state && parseOperation(state),
    conditions,
    resources: resources.map(({ kind, name, health: { status, message } }) => {
      return { kind, name, health: status, state: status ?? '', message };
    }),
  };
}

const listShape = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }) }).loose()).nullish(),
});

/** Reads an answer of `/api/v1/applications`, by the names of the Applications; undefined when it is none. */
export function parseApplications(content: unknown): ReadonlyMap<string, Application> | undefined {
  const { data } = listShape.safeParse(content);
  return (
    data &&
    new Map(
      (data.items ?? []).flatMap((item) => {
        const application = parseApplication(item);
        return application ? [[item.metadata.name, application]] : [];
      }),
    )
  );
}

function parseOperation(state: z.infer<typeof operationState>): Operation {
  const { phase, message, retryCount, startedAt, operation, syncResult } = state;
  const { revision, source } = operation.sync;
  return {
    phase,
    message,
    retries: retryCount,
    startedAt,
    // Between two attempts there is no result.
    revision: syncResult.revision || revision || source.targetRevision,
    faults: syncResult.resources
      .filter(({ status, hookPhase }) => status === 'SyncFailed' || /^(Failed|Error)$/.test(hookPhase))
      .map(({ kind, name, message }) => `${kind}/${name}: ${message}`),
  };
}

/** The image that the values of a comparison name: texts all, since a tag can look like a number. */
function parseImage(values: string): Application['image'] {
  const content: unknown = parse(values, { schema: 'failsafe', logLevel: 'silent' });
  return valuesShape
    .prefault({})
    .catch({ image: { tag: '', digest: '' } })
    .parse(content ?? {}).image;
}
