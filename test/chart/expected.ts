import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart, release } from '../support/render.ts';

export interface Expectation {
  environment: string;
  replicas: number;
  logLevel: string;
}

const name = 'nestjs-service';
// Whoever takes the project over changes the repository in the chart's values, and there alone.
const { image: source } = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as {
  image: { repository: string };
};
const image = `${source.repository}:${release.tag}@${release.digest}`;
const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };

const server = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'server' };

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

const containerSecurity = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};

/** Every object that the chart renders for an environment, whole, in the order of its rendering. */
export function expectedManifests(expectation: Expectation): unknown[] {
  const labels = (own: Record<string, string>) => ({
    ...own,
    'app.kubernetes.io/instance': `${name}-${expectation.environment}`,
    'app.kubernetes.io/version': release.tag,
    'app.kubernetes.io/managed-by': 'Helm',
  });
  const metadata = { name, namespace: `${name}-${expectation.environment}`, labels: labels(server) };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: server,
        ports: [{ name: 'http', port: 80, targetPort: 'http' }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: expectation.replicas,
        selector: { matchLabels: server },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
        template: {
          metadata: { labels: labels(server) },
          spec: {
            ...podSecurity,
            terminationGracePeriodSeconds: 30,
            containers: [serviceContainer(expectation)],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-ready`,
        namespace: metadata.namespace,
        labels: labels({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'test' }),
        annotations: { 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'before-hook-creation' },
      },
      spec: { ...podSecurity, restartPolicy: 'Never', containers: [testContainer] },
    },
  ];
}

function serviceContainer({ environment, logLevel }: Expectation) {
  return {
    name: 'service',
    image,
    env: [
      { name: 'PORT', value: '3000' },
      { name: 'ENVIRONMENT', value: environment },
      { name: 'RELEASE', value: release.tag },
      { name: 'LOG_LEVEL', value: logLevel },
      { name: 'DRAIN_SECONDS', value: '5' },
    ],
    ports: [{ name: 'http', containerPort: 3000 }],
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

const testContainer = {
  name: 'ready',
  image,
  args: [
    '-e',
    [
      'const answer = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) });',
      'console.log(answer.status, await answer.text());',
      'process.exitCode = answer.ok ? 0 : 1;',
      '',
    ].join('\n'),
    'http://nestjs-service/health/ready',
  ],
  resources,
  ...containerSecurity,
};
