import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { helmVersions } from '../../scripts/helm/program.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;

beforeAll(async () => {
  trial = await makeTrialChart();
});

afterAll(async () => trial.remove());

const small = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } };
const agent = { name: 'agent', image: 'agent:1', resources: small };
const scaled = { enabled: true };

// What does not meet is tried together: all that is wrong is said at once, in the order of `rules.yaml`.
const contradictions: { about: string; values: object; name?: string; says: string[] }[] = [
  {
    about: 'names',
    values: {
      environment: 'an-environment-of-30-characters'.slice(0, 30),
      workers: { nightly: { args: ['mail'] }, ready: { args: ['mail'] } },
      schedules: {
        nightly: { schedule: '@daily', args: ['report'] },
        'a-name-of-30-characters-all-in': { schedule: '@daily', args: ['report'] },
      },
    },
    name: '1-release-of-a-name-that-is-long-enough',
    says: [
      'the Helm release is called 1-release-of-a-name-that-is-long-enough, but a Service\'s name must begin with a letter, and have letters, digits and "-" alone: call it otherwise.',
      "the label app.kubernetes.io/instance would be 1-release-of-a-name-that-is-long-enough-an-environment-of-30-character, and a label may have 63 characters: shorten environment, or the Helm release's name.",
      'workers.nightly has the name of schedules.nightly: call it otherwise.',
      'workers.ready has the name of the test: call it otherwise.',
      "the CronJob of schedules.a-name-of-30-characters-all-in would be called 1-release-of-a-name-that-is-long-enough-a-name-of-30-characters-all-in, and a CronJob's name may have 52 characters: shorten it.",
    ],
  },
  {
    about: 'scaling',
    values: {
      autoscaling: { ...scaled, minReplicas: 5, maxReplicas: 3, cpuPercent: 0, memoryPercent: 80 },
      resources: { requests: { memory: null } },
      workers: {
        mail: {
          args: ['mail'],
          probe: { command: ['alive'], startSeconds: 40 },
          replicas: 2,
          autoscaling: { minReplicas: 1, maxReplicas: 2 },
        },
        bills: {
          args: ['bills'],
          resources: { limits: { memory: '1Gi' } },
          autoscaling: { minReplicas: 1, maxReplicas: 2, cpuPercent: 50 },
        },
      },
      probes: { startSeconds: 30 },
      minReadySeconds: 20,
      progressDeadlineSeconds: 50,
    },
    says: [
      'workers.mail.autoscaling decides how many pods run: take workers.mail.replicas away.',
      'autoscaling.minReplicas is 5, more than autoscaling.maxReplicas, 3: lower the one or raise the other.',
      'autoscaling.memoryPercent is a share of resources.requests.memory, which is not set: set it, or set the percentage to 0.',
      'workers.bills.autoscaling.cpuPercent is a share of workers.bills.resources.requests.cpu, which is not set: set it, or set the percentage to 0.',
      'workers.mail.autoscaling watches nothing: set workers.mail.autoscaling.cpuPercent, memoryPercent or metrics.',
      'progressDeadlineSeconds is 50, but a start may take 50 s, probes.startSeconds and minReadySeconds: raise it.',
      'progressDeadlineSeconds is 50, but a start may take 60 s, workers.mail.probe.startSeconds and minReadySeconds: raise it.',
    ],
  },
  {
    about: 'traffic',
    values: { ingress: { enabled: true }, route: { enabled: true }, port: 9090, metrics: { port: 9090 } },
    says: [
      'ingress is enabled, but ingress.hosts is empty: name the hosts that it answers for.',
      'route is enabled, but route.hosts is empty: name the hosts that it answers for.',
      'route is enabled, but route.gateways is empty: name the Gateway that it belongs to.',
      'metrics.port and port are both 9090: give the metrics a port of their own.',
    ],
  },
  {
    about: 'variables',
    values: {
      externalSecret: { data: { TOKEN: { key: 'service' } } },
      variables: { release: 'VERSION', environment: 'VERSION' },
      config: { PORT: '80', TRUST_PROXY: '10.0.0.0/8', TOKEN: 'none' },
      extra: {
        env: [
          { name: 'DRAIN_SECONDS', value: '60' },
          { name: 'NODE_OPTIONS', value: '--inspect' },
          { name: 'TRUST_PROXY', value: '10.1.0.0/16' },
        ],
      },
    },
    says: [
      'externalSecret.data is set, but externalSecret.store.name is empty: name the store that it is read from.',
      'VERSION is set by variables.environment and by variables.release: keep one of them.',
      'PORT is set by variables.port and by config: keep one of them.',
      'TOKEN is set by config and by externalSecret.data: keep one of them.',
      'DRAIN_SECONDS is set by variables.drainSeconds and by extra.env: keep one of them.',
      'NODE_OPTIONS is set by nodeOptions and by extra.env: keep one of them.',
      'TRUST_PROXY is set by config and by extra.env: keep one of them.',
    ],
  },
  {
    about: 'containers',
    values: {
      tmpSize: '1Gi',
      resources: { requests: { memory: '0.5Gi', cpu: '1' }, limits: { cpu: '900m' } },
      workers: { mail: { args: ['mail'], resources: { requests: { memory: '1Gi' } } } },
      migrate: { args: ['migrate'], resources: { requests: { memory: '1Mi' }, limits: { memory: '1M' } } },
      extra: {
        volumes: [{ name: 'tmp', emptyDir: {} }],
        containers: [agent, { ...agent, name: 'service' }],
        initContainers: [{ ...agent, resources: { ...small, limits: { memory: '15Mi' } } }],
      },
    },
    says: [
      'extra has a container called service, and there is one already: call it otherwise.',
      'extra has a container called agent, and there is one already: call it otherwise.',
      'extra has a volume called tmp, and there is one already: call it otherwise.',
      'extra.initContainers[0].resources.requests.memory is 16Mi, more than extra.initContainers[0].resources.limits.memory, 15Mi: lower the one or raise the other.',
      'migrate.resources.requests.memory is 1Mi, more than migrate.resources.limits.memory, 1M: lower the one or raise the other.',
      'resources.requests.cpu is 1, more than resources.limits.cpu, 900m: lower the one or raise the other.',
      'resources.requests.memory is 0.5Gi, more than resources.limits.memory, 320Mi: lower the one or raise the other.',
      'nodeOptions gives the heap a share of workers.mail.resources.limits.memory, which is not set: set it, or let nodeOptions say something else.',
      'tmpSize is 1Gi, but a pod may write 512Mi in all, resources.limits.ephemeral-storage, the log with it: lower the one or raise the other.',
    ],
  },
  {
    about: 'objects',
    values: {
      extra: {
        objects: [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'production' } },
          { apiVersion: 'v1', kind: '{{ "Namespace" }}', metadata: { name: 'production' } },
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'production' } },
          { apiVersion: 'v1', kind: 'List', metadata: {}, items: [{ kind: 'Namespace' }] },
          { apiVersion: 'v1', kind: 'Secret', metadata: { name: '{{ "a\\n---\\nkind: Namespace" }}' } },
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'b', namespace: '{{ .Release.Namespace }}' },
          },
        ],
      },
    },
    says: [
      'extra.objects[0] is a Namespace: an environment has the one that it is delivered to.',
      'extra.objects[1] is a Namespace: an environment has the one that it is delivered to.',
      'extra.objects[2] is in the namespace production, but an environment may have objects in its own, orders-dev, alone.',
      'extra.objects[3] is a list of objects: write each as one of its own.',
      'extra.objects[4] is several objects when it is rendered: write each as one of its own.',
    ],
  },
];

test.each(contradictions)(
  'values that contradict each other do not render, and what to do is said at once: $about',
  async ({ values, name, says }) => {
    const checks = helmVersions.map(async (helm) => {
      const refusal: unknown = await trial.render(values, { helm, name }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'invalid-chart', exitCode: 2 });
      const [, faults = ''] = (refusal as Error).message.split('the values contradict each other.\n');
      expect(faults.split('\n')).toEqual(says.map((fault) => `- ${fault}`));
    });
    await Promise.all(checks);
  },
);
