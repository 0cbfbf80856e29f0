import type { HelmVersion } from '../../scripts/helm/program.ts';

/** Values that the chart's schema refuses. */
export interface Refusal {
  fault: string;
  values: object;
  /** What Helm says of them. */
  says: Record<HelmVersion, string>;
}

const container = {
  name: 'agent',
  image: 'agent:1',
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
};

/** By what they are about; in one group, no two are about the same value. */
export const refusals: readonly { about: string; faults: readonly Refusal[] }[] = [
  {
    about: 'the release',
    faults: [
      {
        fault: 'an unquoted tag that YAML reads as a number',
        values: { image: { tag: 12345678 } },
        says: {
          3: 'image.tag: Invalid type. Expected: string, given: integer',
          4: "at '/image/tag': got number, want string",
        },
      },
      {
        fault: 'a digest that is none',
        values: { image: { digest: 'sha256:3f9c' } },
        says: mismatch('image.digest', 'sha256:3f9c', '^(sha256:[0-9a-f]{64})?$'),
      },
      {
        fault: 'a revision that is abbreviated',
        values: { image: { revision: '3f9c1b2a' } },
        says: mismatch('image.revision', '3f9c1b2a', '^([0-9a-f]{40})?$'),
      },
      {
        fault: 'a cluster that cannot be a label',
        values: { cluster: 'arn:aws:eks' },
        says: mismatch('cluster', 'arn:aws:eks'),
      },
      {
        fault: 'a misspelt key',
        values: { replica: 3 },
        says: {
          3: '(root): Additional property replica is not allowed',
          4: "at '': additional properties 'replica' not allowed",
        },
      },
      {
        fault: 'a misspelt key further in',
        values: { resources: { limit: { memory: '1Gi' } } },
        says: unknown('resources', 'limit'),
      },
    ],
  },
  {
    about: 'the release, otherwise',
    faults: [
      {
        fault: 'a tag that is no commit',
        values: { image: { tag: 'latest' } },
        says: mismatch('image.tag', 'latest', '^([0-9a-f]{7,40})?$'),
      },
      {
        fault: 'a value that is taken away',
        values: { replicas: null },
        says: { 3: '(root): replicas is required', 4: "at '': missing property 'replicas'" },
      },
    ],
  },
  {
    about: 'the process',
    faults: [
      {
        fault: 'a drain that is too short to have two halves',
        values: { drainSeconds: 1 },
        says: below('drainSeconds', 1, 2),
      },
      {
        fault: 'a port that only root may open',
        values: { port: 80 },
        says: {
          3: 'port: Must be greater than or equal to 1024',
          4: "at '/port': minimum: got 80, want 1,024",
        },
      },
      { fault: 'root', values: { runAs: { user: 0 } }, says: below('runAs.user', 0, 1) },
      {
        fault: 'a path that begins nowhere',
        values: { probes: { live: 'alive' } },
        says: mismatch('probes.live', 'alive'),
      },
      {
        fault: 'a variable that lost its quotes',
        values: { config: { BODY_BYTES: 1048576 } },
        says: {
          3: 'config.BODY_BYTES: Invalid type. Expected: string, given: integer',
          4: "at '/config/BODY_BYTES': got number, want string",
        },
      },
      {
        fault: 'a name that no variable can have',
        values: { variables: { port: 'HTTP-PORT' } },
        says: mismatch('variables.port', 'HTTP-PORT'),
      },
      {
        fault: 'a secret as a value',
        values: { secrets: [{ PASSWORD: 'hunter2' }] },
        says: {
          3: 'secrets.0: Invalid type. Expected: string, given: object',
          4: "at '/secrets/0': got object, want string",
        },
      },
      {
        fault: 'a label of nodes that is none',
        values: { spreadOver: ['/zone'] },
        says: mismatch('spreadOver.0', '/zone'),
      },
    ],
  },
  {
    about: 'other processes',
    faults: [
      {
        fault: 'a worker with nothing to do',
        values: { workers: { idle: { replicas: 1 } } },
        says: {
          3: 'workers.idle: Must validate at least one schema (anyOf)',
          4: "at '/workers/idle': 'anyOf' failed",
        },
      },
      {
        fault: 'a schedule that runs what the image runs anyway',
        values: { schedules: { empty: { schedule: '@daily', args: [] } } },
        says: {
          3: 'schedules.empty.args: Array must have at least 1 items',
          4: "at '/schedules/empty/args': minItems: got 0, want 1",
        },
      },
      {
        fault: 'a worker whose name no label can have',
        values: { workers: { Mail: { args: ['mail'] } } },
        says: unknown('workers', 'Mail'),
      },
      {
        fault: 'a time that is none',
        values: { schedules: { nightly: { schedule: 'at night', args: ['report'] } } },
        says: mismatch('schedules.nightly.schedule', 'at night'),
      },
      {
        fault: 'a migration without an end',
        values: { migrate: { deadlineSeconds: 0 } },
        says: below('migrate.deadlineSeconds', 0, 1),
      },
    ],
  },
  {
    about: 'traffic',
    faults: [
      {
        fault: 'a host with a scheme',
        values: { ingress: { hosts: ['https://api.example.com'] } },
        says: mismatch('ingress.hosts.0', 'https://api.example.com'),
      },
      {
        fault: 'an address as a host',
        values: { route: { hosts: ['10.0.0.1'] } },
        says: mismatch('route.hosts.0', '10.0.0.1'),
      },
      {
        fault: 'a name with an empty part',
        values: { route: { gateways: [{ name: 'public..gateway' }] } },
        says: mismatch('route.gateways.0.name', 'public..gateway'),
      },
      {
        fault: 'an annotation whose name has a space',
        values: { ingress: { annotations: { 'a b': 'c' } } },
        says: unknown('ingress.annotations', 'a b'),
      },
      {
        fault: 'a duration whose parts are out of order',
        values: { metrics: { serviceMonitor: { interval: '30s1m' } } },
        says: mismatch('metrics.serviceMonitor.interval', '30s1m'),
      },
      {
        fault: 'a value that no label can have',
        values: { metrics: { serviceMonitor: { labels: { team: 'a team' } } } },
        says: mismatch('metrics.serviceMonitor.labels.team', 'a team'),
      },
      {
        fault: 'a peer that is two things',
        values: { networkPolicy: { from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] } },
        says: {
          3: 'networkPolicy.from.0: Must have at most 1 properties',
          4: "at '/networkPolicy/from/0': maxProperties: got 2, want 1",
        },
      },
    ],
  },
  {
    about: 'extras',
    faults: [
      {
        fault: 'a volume of the host',
        values: { extra: { volumes: [{ name: 'root', hostPath: { path: '/' } }] } },
        says: unknown('extra.volumes.0', 'hostPath'),
      },
      {
        fault: 'a container with privileges',
        values: { extra: { containers: [{ ...container, securityContext: { privileged: true } }] } },
        says: unknown('extra.containers.0.securityContext', 'privileged'),
      },
      {
        fault: 'a container that runs as root',
        values: { extra: { initContainers: [{ ...container, securityContext: { runAsUser: 0 } }] } },
        says: below('extra.initContainers.0.securityContext.runAsUser', 0, 1),
      },
      {
        fault: 'a variable with two values',
        values: { extra: { env: [{ name: 'A', value: 'b', valueFrom: {} }] } },
        says: { 3: 'extra.env.0: Must not validate the schema (not)', 4: "at '/extra/env/0': 'not' failed" },
      },
    ],
  },
  {
    about: 'extra containers',
    faults: [
      {
        fault: 'one that says no resources',
        values: { extra: { containers: [{ name: 'agent', image: 'agent:1' }] } },
        says: {
          3: 'extra.containers.0: resources is required',
          4: "at '/extra/containers/0': missing property 'resources'",
        },
      },
      {
        fault: 'one that says no limit of its memory',
        values: {
          extra: { initContainers: [{ ...container, resources: { ...container.resources, limits: {} } }] },
        },
        says: {
          3: 'extra.initContainers.0.resources.limits: memory is required',
          4: "at '/extra/initContainers/0/resources/limits': missing property 'memory'",
        },
      },
    ],
  },
];

/** A text that is none of those which the schema allows. */
function mismatch(path: string, value: string, pattern?: string): Record<HelmVersion, string> {
  return {
    3: `${path}: Does not match pattern${pattern === undefined ? '' : ` '${pattern}'`}`,
    4: `at '${pointer(path)}': '${value}' does not match pattern${pattern === undefined ? '' : ` '${pattern}'`}`,
  };
}

function unknown(path: string, key: string): Record<HelmVersion, string> {
  return {
    3: `${path}: Additional property ${key} is not allowed`,
    4: `at '${pointer(path)}': additional properties '${key}' not allowed`,
  };
}

function below(path: string, value: number, least: number): Record<HelmVersion, string> {
  return {
    3: `${path}: Must be greater than or equal to ${least}`,
    4: `at '${pointer(path)}': minimum: got ${value}, want ${least}`,
  };
}

function pointer(path: string): string {
  return `/${path.replaceAll('.', '/')}`;
}
