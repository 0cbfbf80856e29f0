import type { Image } from '../release/image.ts';
import type { Application, Condition, Operation, Pod } from './application.ts';

/** What an Application is to run: the release's whole commit, and its image. */
export interface Target {
  commit: string;
  image: Image;
}

/**
 * How an Application compares to what it is to run. Revisions are compared whole: Argo CD takes an abbreviation for the name of
 * a branch or a tag. The last sync may be of another release only when the cluster had ours already, as after a release whose
 * sync failed altogether.
 */
export function judgeApplication(application: Application, pods: readonly Pod[], target: Target) {
  const { wanted, sync, health, operation, conditions } = application;
  if (wanted !== target.commit) return 'waiting';
  if (operation?.revision === target.commit && hasFailed(operation)) return 'failing';
  if (isRunning(operation)) return 'waiting';
  if (conditions.some(isError)) return 'failing';
  if (!isCompared(application, target) || sync !== 'Synced') return 'waiting';
  // A Deployment is healthy only when each of its pods is one of the manifest that was compared.
  if (health === 'Healthy') return 'healthy';
  return [application, ...podsOf(pods, target)].some(({ health }) => health === 'Degraded') ? 'failing' : 'waiting';
}

/**
 * Whether the release itself is to blame for an Application that is not healthy: its sync failed or goes on, or its objects
 * do not become healthy. A release that Argo CD cannot compare or begin, or that another sync keeps out, is not to blame.
 */
export function isToBlame(application: Application, target: Target): boolean {
  const { wanted, health, operation, conditions } = application;
  if (wanted !== target.commit) return false;
  const ours = operation?.revision === target.commit ? operation : undefined;
  // The phase is Error when Argo CD could not begin.
  if (ours && hasFailed(ours)) return ours.phase !== 'Error';
  if (conditions.some(isError)) return false;
  if (isRunning(operation)) return ours !== undefined;
  return isCompared(application, target) && /^(Degraded|Progressing|Missing)$/.test(health);
}

/** Whether the cluster has what the Application is to run, healthy or not. */
export function runsTarget(application: Application, target: Target): boolean {
  return application.sync === 'Synced' && isCompared(application, target);
}

/** The sync of another release that runs, and keeps out the one that the Application is to run. */
export function findObstacle({ wanted, operation }: Application, { commit }: Target): Operation | undefined {
  if (operation?.phase !== 'Running' || wanted !== commit) return undefined;
  // An abbreviation can be of this very release.
  return operation.revision.length === commit.length && operation.revision !== commit ? operation : undefined;
}

/** An Application in a few words. */
export function describeApplication(application: Application, target: Target): string {
  const { sync, revision, health, operation } = application;
  const name = (commit: string) => commit.slice(0, target.image.tag.length);
  const isOther = revision === target.commit && !isCompared(application, target);
  const isOurs = operation?.revision === target.commit;
  return [
    revision === '' ? sync : `${sync} at ${name(revision)}${isOther ? ' with another image' : ''}`,
    health,
    ...(operation ? [`sync ${isOurs ? '' : `of ${name(operation.revision)} `}${operation.phase}`] : []),
  ].join(', ');
}

/**
 * Lists in the words of Argo CD why an Application does not run what it is to run. The faults of an attempt are gone while
 * the next one runs, so those of the earlier ones are given.
 */
export function listReasons(
  { operation, conditions, resources }: Application,
  pods: readonly Pod[],
  target: Target,
  earlier: readonly string[] = [],
): string[] {
  const isOver = !operation || operation.phase === 'Succeeded';
  return [
    ...(isOver ? [] : listFaults(operation, earlier)),
    ...conditions
      // Argo CD repeats what the last sync failed with.
      .filter(({ message }) => !operation?.message || !message.includes(operation.message))
      .map(({ type, message }) => `${type}: ${message}`),
    ...[...resources, ...podsOf(pods, target)]
      .filter(({ health = 'Healthy' }) => health !== 'Healthy')
      .map(({ kind, name, state, message }) => [`${kind}/${name}`, state, message].filter(Boolean).join(': ')),
  ];
}

function listFaults({ message, faults }: Operation, earlier: readonly string[]): string[] {
  const told = (fault: string) => message.includes(fault.slice(fault.indexOf(': ') + 2));
  const rest = [...new Set([...faults, ...earlier])].filter((fault) => !told(fault));
  return message === '' ? rest : [message, ...rest];
}

function isError({ type }: Condition): boolean {
  return type.endsWith('Error');
}

function isRunning(operation: Operation | undefined): boolean {
  return operation?.phase === 'Running' || operation?.phase === 'Terminating';
}

function hasFailed({ phase, retries, faults }: Operation): boolean {
  return phase === 'Running' ? retries > 0 || faults.length > 0 : phase !== 'Succeeded' && phase !== 'Terminating';
}

function isCompared({ revision, image }: Application, target: Target): boolean {
  return revision === target.commit && image.tag === target.image.tag && image.digest === target.image.digest;
}

/** The pods of the release alone: those of the one before it are going away. */
function podsOf(pods: readonly Pod[], { image: { tag, digest } }: Target): Pod[] {
  const end = digest === '' ? `:${tag}` : `:${tag}@${digest}`;
  return pods.filter(({ images }) => images.some((image) => image.endsWith(end)));
}
