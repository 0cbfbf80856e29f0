import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart, release as delivered } from '../support/render.ts';

/** What a delivery writes, the whole SHA with it. */
export const release = { ...delivered, revision: '0123456789abcdef0123456789abcdef01234567' };

const name = 'nestjs-service';
// Whoever takes the project over changes the repository in the chart's values, and there alone.
const { image: source } = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as {
  image: { repository: string };
};
export const image = `${source.repository}:${release.tag}@${release.digest}`;
const resources = { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '320Mi' } };

export const server = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'server' };
const smokeTest = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'test' };

const podSecurity = {
  serviceAccountName: name,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

export const containerSecurity = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};

/** The metadata of every object of the service itself. */
export function metadataOf(environment: string) {
  return {
    name,
    namespace: `${name}-${environment}`,
    labels: { ...server, ...commonLabels(environment) },
  };
}

/** Every object that the chart renders for an environment with its defaults, whole, by its kind. */
export function expectedObjects(environment: string): Record<string, object> {
  const metadata = metadataOf(environment);
  const objects = {
    ServiceAccount: { apiVersion: 'v1', metadata, automountServiceAccountToken: false },
    Service: { apiVersion: 'v1', metadata, spec: serviceSpec },
    NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', metadata, spec: networkPolicySpec },
    PodDisruptionBudget: disruptionBudget(metadata),
    Deployment: { apiVersion: 'apps/v1', metadata, spec: deploymentSpec(environment) },
    Pod: smokeTestPod(environment),
  };
  return Object.fromEntries(
    Object.entries(objects).map(([kind, { apiVersion, ...rest }]) => [kind, { apiVersion, kind, ...rest }]),
  );
}

function commonLabels(environment: string) {
  return {
    'app.kubernetes.io/instance': `${name}-${environment}`,
    'app.kubernetes.io/version': release.tag,
    'app.kubernetes.io/managed-by': 'Helm',
    environment,
  };
}

const serviceSpec = {
  type: 'ClusterIP',
  selector: server,
  ports: [
    { name: 'http', port: 80, targetPort: 'http' },
    { name: 'metrics', port: 9090, targetPort: 'metrics' },
  ],
};

/** Who may come in: to the service, and for its metrics where there are any. */
export function admit(from: readonly object[], metricsFrom: readonly object[]) {
  const rules = [
    { ports: [{ port: 'http' }], from: [{ podSelector: { matchLabels: smokeTest } }, ...from] },
    { ports: [{ port: 'metrics' }], from: metricsFrom },
  ];
  return metricsFrom.length === 0 ? rules.slice(0, 1) : rules;
}

/** The names of namespaces are a label of theirs. */
export function namespaceCalled(namespace: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
}

export const dns = {
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
  to: [namespaceCalled('kube-system'), { ipBlock: { cidr: '169.254.20.10/32' } }],
};

const networkPolicySpec = {
  podSelector: { matchLabels: server },
  policyTypes: ['Ingress', 'Egress'],
  ingress: admit([{ podSelector: {} }], [namespaceCalled('monitoring')]),
  egress: [dns],
};

/** The budget of a service that has more than one pod. */
export function disruptionBudget(metadata: object) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: server },
    },
  };
}

function deploymentSpec(environment: string) {
  return {
    replicas: 2,
    minReadySeconds: 5,
    progressDeadlineSeconds: 180,
    revisionHistoryLimit: 2,
    selector: { matchLabels: server },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
    template: {
      metadata: {
        labels: { ...server, ...commonLabels(environment) },
        annotations: { 'org.opencontainers.image.revision': release.revision },
      },
      spec: {
        ...podSecurity,
        topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(spreadOver),
        terminationGracePeriodSeconds: 30,
        containers: [serviceContainer(environment)],
      },
    },
  };
}

/** Pods are spread over the nodes that differ in this label, as far as it can be. */
export function spreadOver(topologyKey: string) {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: server },
    matchLabelKeys: ['pod-template-hash'],
  };
}

function serviceContainer(environment: string) {
  return {
    name: 'service',
    image,
    env: [
      { name: 'PORT', value: '3000' },
      { name: 'METRICS_PORT', value: '9090' },
      { name: 'ENVIRONMENT', value: environment },
      { name: 'RELEASE', value: release.tag },
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'DRAIN_SECONDS', value: '5' },
      { name: 'REQUEST_SECONDS', value: '18' },
      { name: 'NODE_OPTIONS', value: '--max-old-space-size-percentage=60' },
    ],
    ports: [
      { name: 'http', containerPort: 3000 },
      { name: 'metrics', containerPort: 9090 },
    ],
    startupProbe: { httpGet: { path: '/health/live', port: 'http' }, periodSeconds: 1, failureThreshold: 30 },
    livenessProbe: {
      httpGet: { path: '/health/live', port: 'http' },
      periodSeconds: 10,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    readinessProbe: {
      httpGet: { path: '/health/ready', port: 'http' },
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: 2,
    },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    resources,
    ...containerSecurity,
  };
}

function smokeTestPod(environment: string) {
  return {
    apiVersion: 'v1',
    metadata: {
      name: `${name}-ready`,
      namespace: `${name}-${environment}`,
      labels: { ...smokeTest, ...commonLabels(environment) },
      annotations: {
        'helm.sh/hook': 'test',
        'helm.sh/hook-delete-policy': 'before-hook-creation',
      },
    },
    spec: {
      ...podSecurity,
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      containers: [{ name: 'ready', image, args: smokeTestArgs, resources, ...containerSecurity }],
    },
  };
}

const smokeTestArgs = [
  '-e',
  [
    'const answer = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) });',
    'console.log(answer.status, await answer.text());',
    'process.exitCode = answer.ok ? 0 : 1;',
    '',
  ].join('\n'),
  'http://nestjs-service/health/ready',
];
