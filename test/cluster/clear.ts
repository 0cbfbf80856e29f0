import { setTimeout } from 'node:timers/promises';
import { endSync, isBusy, readApplication } from './argo.ts';
import { kubectl, listFinalizers } from './kubectl.ts';
import { argoNamespace } from './objects.ts';

// Milliseconds.
const pace = 500;
const namespace = `--namespace=${argoNamespace}`;

/**
 * Takes everything away that belongs to a service and its environments, and makes sure that it is gone.
 * @throws when something is left
 */
export async function clear(service: string, environments: readonly string[]): Promise<void> {
  const names = environments.map((environment) => `${service}-${environment}`);
  await remove('applicationset.argoproj.io', service);
  for (const name of names) await endWhatRuns(name);
  await remove('application.argoproj.io', ...names);
  for (const name of names) await letGoOfHooks(name);
  await remove('namespace', ...names);
  await remove('appproject.argoproj.io', ...names);
  await remove('secret', `${service}-repository`);
  const left = await listLeftovers(service);
  if (left.length > 0) throw new Error(`The proof has left ${left.join(', ')} in the cluster.`);
}

/** Everything in the cluster that is called after a service. */
export async function listLeftovers(service: string): Promise<string[]> {
  const argo = ['applications', 'applicationsets', 'appprojects'].map((kind) => `${kind}.argoproj.io`);
  const text = await kubectl(['get', ['namespaces', 'secrets', ...argo].join(','), namespace, '--output=name']);
  return text.split('\n').filter((name) => name.includes(`/${service}`));
}

/** Ends the sync of an Application, which would go on making objects. */
async function endWhatRuns(name: string): Promise<void> {
  for (;;) {
    const application = await readApplication({ name, project: name });
    if (!application || !isBusy(application)) return;
    await endSync(name);
    await setTimeout(pace);
  }
}

/** Without its Application, Argo CD lets go of no hook that a sync has left, and the namespace would stay. */
async function letGoOfHooks(name: string): Promise<void> {
  for (const kind of ['jobs', 'serviceaccounts', 'configmaps', 'networkpolicies']) {
    for (const [object, finalizers] of await listFinalizers(kind, name)) {
      if (!finalizers.includes('argocd.argoproj.io/hook-finalizer')) continue;
      const patch = '--patch={"metadata":{"finalizers":null}}';
      await kubectl(['patch', kind, object, `--namespace=${name}`, '--type=merge', patch]);
    }
  }
}

async function remove(kind: string, ...names: string[]): Promise<void> {
  await kubectl(['delete', kind, ...names, namespace, '--ignore-not-found']);
}
