import type { Manifest } from '../../support/kubernetes/manifests.ts';
import { networkPolicy, spreadOver } from '../expected.ts';
import { labelsOf, selectorOf } from '../parts.ts';

/** The expected objects that the features before have patched. */
export type Objects = Record<string, Manifest>;

type Fields = Record<string, unknown>;

interface DeploymentSpec extends Fields {
  replicas?: number;
  template: {
    metadata: { annotations: object };
    spec: Fields & { containers: [Fields]; topologySpreadConstraints: { topologyKey: string }[] };
  };
}

/** The spec of a worker's Deployment, which is rolled out and spread as the server's is. */
export function deployAsServer(objects: Objects, component: string, container: Fields, replicas?: number) {
  const spec = specOf(objects);
  const pod = runAsServer(objects, component, container);
  const topologySpreadConstraints = spec.template.spec.topologySpreadConstraints.map(({ topologyKey }) =>
    spreadOver(topologyKey, component),
  );
  return {
    ...without(spec, 'replicas'),
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: selectorOf(component) },
    template: { ...pod, spec: { ...pod.spec, topologySpreadConstraints } },
  };
}

/** The template of a pod with one process: what it may do, and all that it is told, is as the server's. */
export function runAsServer(objects: Objects, component: string, container: Fields) {
  const { metadata, spec } = specOf(objects).template;
  const process = without(spec.containers[0], 'command', 'args', 'ports', 'lifecycle', ...probes);
  return {
    metadata: { ...metadata, labels: labelsOf(component) },
    spec: {
      ...without(spec, 'topologySpreadConstraints', 'initContainers'),
      containers: [{ ...process, ...container }],
    },
  };
}

/** The policy of a process that asks as the server does, where there are policies. */
export function askAsServer({ NetworkPolicy }: Objects, component: string, suffix: string): Objects {
  if (!NetworkPolicy) return {};
  const { egress } = NetworkPolicy.spec as { egress: object[] };
  return { [`NetworkPolicy ${suffix}`]: networkPolicy(component, suffix, { egress }) };
}

const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'];

function without(fields: Fields, ...keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}

function specOf({ Deployment }: Objects): DeploymentSpec {
  return Deployment?.spec as DeploymentSpec;
}
