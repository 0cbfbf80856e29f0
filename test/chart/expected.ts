import { environment, image, labelsOf, metadata, metadataOf, name, release, selectorOf } from './parts.ts';

// What the chart renders with the values of fixtures/values.yaml and those that every environment says.

const resources = {
  requests: { cpu: '100m', memory: '192Mi', 'ephemeral-storage': '64Mi' },
  limits: { memory: '320Mi', 'ephemeral-storage': '512Mi' },
};

const server = selectorOf('server');

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

/** Who may come in: to the service, and for its metrics where there are any. */
export function admit(from: readonly object[], metricsFrom: readonly object[]) {
  const test = { podSelector: { matchLabels: selectorOf('test') } };
  const rules = [
    { ports: [{ port: 'http' }], from: [test, ...from] },
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

/** The policy of a part of the release. */
export function networkPolicy(component: string, suffix: string | undefined, rules: object) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(component, suffix),
    spec: {
      podSelector: { matchLabels: selectorOf(component) },
      policyTypes: ['Ingress', 'Egress'],
      ...rules,
    },
  };
}

/** The budget of a service that has more than one pod. */
export const disruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata,
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: server },
  },
};

/** Pods are spread over the nodes that differ in this label, as far as it can be. */
export function spreadOver(topologyKey: string, component = 'server') {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorOf(component) },
    matchLabelKeys: ['pod-template-hash'],
  };
}

const serviceContainer = {
  name: 'service',
  image,
  env: [
    { name: 'DRAIN_SECONDS', value: '5' },
    { name: 'ENVIRONMENT', value: environment },
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'METRICS_PORT', value: '9090' },
    { name: 'PORT', value: '3000' },
    { name: 'RELEASE', value: release.tag },
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

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: {
    replicas: 2,
    minReadySeconds: 5,
    progressDeadlineSeconds: 180,
    revisionHistoryLimit: 2,
    selector: { matchLabels: server },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
    template: {
      metadata: {
        labels: labelsOf('server'),
        annotations: { 'org.opencontainers.image.revision': release.revision },
      },
      spec: {
        ...podSecurity,
        topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((key) =>
          spreadOver(key),
        ),
        terminationGracePeriodSeconds: 30,
        containers: [serviceContainer],
      },
    },
  },
};

/** What the test asks its own Service, by Node. */
export function testArgs(path: string) {
  const script = [
    'const answer = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) });',
    'console.log(answer.status, await answer.text());',
    'process.exitCode = answer.ok ? 0 : 1;',
    '',
  ].join('\n');
  return ['-e', script, `http://${name}${path}`];
}

const smokeTest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...metadataOf('test', 'ready'),
    // None of Argo CD's: it makes no object of a hook that it has no phase for.
    annotations: { 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'before-hook-creation' },
  },
  spec: {
    ...podSecurity,
    restartPolicy: 'Never',
    activeDeadlineSeconds: 60,
    containers: [
      {
        name: 'ready',
        image,
        args: testArgs('/health/ready'),
        resources,
        ...containerSecurity,
      },
    ],
  },
};

/** What the test may ask: the service, at its port. */
export function testEgress(port: number) {
  return [dns, { ports: [{ port }], to: [{ podSelector: { matchLabels: server } }] }];
}

/** Every object, whole, by its kind, and by its suffix where it is not the server's. */
export const expectedObjects = {
  ServiceAccount: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
  Service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      type: 'ClusterIP',
      selector: server,
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'metrics', port: 9090, targetPort: 'metrics' },
      ],
    },
  },
  NetworkPolicy: networkPolicy('server', undefined, {
    ingress: admit([{ podSelector: {} }], [namespaceCalled('monitoring')]),
    egress: [dns],
  }),
  'NetworkPolicy ready': networkPolicy('test', 'ready', { egress: testEgress(3000) }),
  PodDisruptionBudget: disruptionBudget,
  Deployment: deployment,
  'Pod ready': smokeTest,
};
