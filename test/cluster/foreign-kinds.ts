import { kubectl, apply } from './kubectl.ts';
import { argoNamespace } from './objects.ts';
import type { Stage } from './stage.ts';

// Kinds of operators that a cluster may lack, with a schema that takes anything: nothing acts on them.
const customKinds = [
  { group: 'external-secrets.io', version: 'v1', kind: 'ExternalSecret', plural: 'externalsecrets' },
  { group: 'gateway.networking.k8s.io', version: 'v1', kind: 'HTTPRoute', plural: 'httproutes' },
  { group: 'monitoring.coreos.com', version: 'v1', kind: 'ServiceMonitor', plural: 'servicemonitors' },
  {
    group: 'autoscaling.k8s.io',
    version: 'v1',
    kind: 'VerticalPodAutoscaler',
    plural: 'verticalpodautoscalers',
  },
];
const priority = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'high' },
  value: 1,
};

/** Gives the cluster what the features of the chart name, as far as it has no such thing; it goes at the end. */
export async function addForeignKinds(): Promise<AsyncDisposable> {
  const objects = [...customKinds.map(defineKind), priority];
  const added: string[] = [];
  for (const object of objects) {
    const name = `${object.kind}/${object.metadata.name}`;
    if ((await kubectl(['get', name, '--ignore-not-found', '--output=name'])) !== '') continue;
    added.push(name);
    await apply(object);
  }
  return {
    async [Symbol.asyncDispose]() {
      if (added.length > 0) await kubectl(['delete', ...added]);
    },
  };
}

/** Lets an environment have objects of one more kind, as `environments/README.md` says. */
export async function allowKind(
  stage: Stage,
  environment: string,
  kind: { group: string; kind: string },
): Promise<void> {
  const patch = [{ op: 'add', path: '/spec/namespaceResourceWhitelist/-', value: kind }];
  await kubectl([
    'patch',
    'appproject.argoproj.io',
    stage.nameOf(environment),
    `--namespace=${argoNamespace}`,
    '--type=json',
    `--patch=${JSON.stringify(patch)}`,
  ]);
}

function defineKind({ group, version, kind, plural }: (typeof customKinds)[number]) {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}
