import { parse } from 'yaml';
import { z } from 'zod';
import { toLine } from '../release/line.ts';

const text = z.string().default('');
/** Words of Argo CD or of others, which are told in one line. */
const words = z.string().transform(toLine).default('');
const source = z.object({ targetRevision: text, helm: z.object({ values: text }).prefault({}) }).prefault({});

/** The health of an object; some kinds of object have none. */
const healthShape = z.object({ status: z.string().optional(), message: words }).prefault({});

/** An object in the cluster that belongs to an Application. */
const objectShape = z
  .object({
    kind: z.string(),
    name: z.string(),
    health: healthShape,
    images: z.array(z.string()).default([]),
    info: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  })
  .transform(({ kind, name, health: { status, message }, images, info }) => {
    const reason = info.find(({ name }) => name === 'Status Reason')?.value;
    /** Its health, or for a pod the reason of its state, such as ImagePullBackOff. */
    const state = reason ?? status ?? '';
    return { kind, name, health: status, state, message, images };
  });

/** The pods in an answer of `/api/v1/applications/NAME/resource-tree`. */
export const podsShape = z
  .object({ nodes: z.array(objectShape).nullish() })
  .transform(({ nodes }) => (nodes ?? []).filter(({ kind }) => kind === 'Pod'));

const resultShape = z.object({ kind: z.string(), name: z.string(), status: text, hookPhase: text, message: words });

const operationShape = z
  .object({
    phase: z.string(),
    message: words,
    retryCount: z.number().default(0),
    startedAt: text,
    operation: z.object({ sync: z.object({ revision: text, source }).prefault({}) }).prefault({}),
    syncResult: z.object({ revision: text, resources: z.array(resultShape).default([]) }).prefault({}),
  })
  .transform(({ phase, message, retryCount, startedAt, operation: { sync }, syncResult }) => ({
    phase,
    // Between two attempts there is no result.
    revision: syncResult.revision || sync.revision || sync.source.targetRevision,
    message,
    /** How often it failed and was tried again: while attempts are left, its phase stays Running. */
    retries: retryCount,
    startedAt,
    /** What Argo CD says of each object that could not be synced, and of each hook that failed. */
    faults: syncResult.resources
      .filter(({ status, hookPhase }) => status === 'SyncFailed' || /^(Failed|Error)$/.test(hookPhase))
      .map(({ kind, name, message }) => `${kind}/${name}: ${message}`),
  }));

const conditionShape = z.object({ type: z.string(), message: words });
const state = z.string().default('Unknown');
const sourced = z.object({ source }).prefault({});
const statusShape = z.object({
  sync: z.object({ status: state, revision: text, comparedTo: sourced }).prefault({}),
  health: z.object({ status: state }).prefault({}),
  operationState: operationShape.optional(),
  conditions: z.array(conditionShape).default([]),
  resources: z.array(objectShape).default([]),
});

/** An answer of `/api/v1/applications/NAME`. A new Application has no status. */
export const applicationShape = z
  .object({ spec: sourced, status: statusShape.prefault({}) })
  .transform(({ spec, status: { sync, health, operationState, conditions, resources } }) => ({
    /** The revision that it is to run, as its spec says. */
    wanted: spec.source.targetRevision,
    /** Whether the cluster has what Git says, and the revision and the image that it was last compared with. */
    sync: sync.status,
    revision: sync.revision,
    image: parseImage(sync.comparedTo.source.helm.values),
    health: health.status,
    /** The sync that runs, or the last one. */
    operation: operationState,
    /** What Argo CD complains about. */
    conditions,
    /** The objects of its manifests. */
    resources,
  }));

/** An answer of `/api/v1/applications`, by the names of the Applications. */
export const applicationsShape = z
  .object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) }).loose()).nullish() })
  .transform(({ items }): ReadonlyMap<string, Application> => {
    const read = (items ?? []).map((item) => [item.metadata.name, applicationShape.safeParse(item).data] as const);
    return new Map(read.flatMap(([name, application]) => (application ? [[name, application]] : [])));
  });

/** An Application of Argo CD, as far as it says what runs. */
export type Application = z.infer<typeof applicationShape>;
/** A sync, with all of its attempts. */
export type Operation = z.infer<typeof operationShape>;
export type Condition = z.infer<typeof conditionShape>;
/** A pod in the cluster that belongs to an Application. */
export type Pod = z.infer<typeof podsShape>[number];

const valuesShape = z.object({ image: z.object({ tag: text, digest: text }).prefault({}) });

/** The image that the values of a comparison name. All values are read as texts, since a tag can look like a number. */
function parseImage(values: string) {
  const { data } = valuesShape.safeParse(parse(values, { schema: 'failsafe', logLevel: 'silent' }));
  return data?.image ?? { tag: '', digest: '' };
}
