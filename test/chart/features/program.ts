import { testArgs } from '../expected.ts';
import { patchPod, type Feature } from './feature.ts';

const runAs = { runAsUser: 1_000_660_000, runAsGroup: 2000 };

/** Another program than ours, and none of Node. */
export const program: Feature = {
  name: 'another program',
  values: {
    command: ['/bin/orders'],
    args: ['serve', '--quiet'],
    runAs: { user: 1_000_660_000, group: 2000 },
    nodeOptions: '',
    probes: { live: '/alive', ready: '/healthz?ready=1', startSeconds: 90 },
    metrics: { path: '/prometheus' },
  },
  patch: (_, { ServiceMonitor }) => ({
    ...patchPod({
      securityContext: runAs,
      containers: [
        {
          name: 'service',
          command: ['/bin/orders'],
          args: ['serve', '--quiet'],
          env: [{ name: 'NODE_OPTIONS', $patch: 'delete' }],
          startupProbe: { httpGet: { path: '/alive' }, failureThreshold: 90 },
          livenessProbe: { httpGet: { path: '/alive' } },
          readinessProbe: { httpGet: { path: '/healthz?ready=1' } },
        },
      ],
    }),
    'Pod ready': {
      spec: { securityContext: runAs, containers: [{ name: 'ready', args: testArgs('/healthz?ready=1') }] },
    },
    ...(ServiceMonitor && {
      ServiceMonitor: { spec: { endpoints: [{ port: 'metrics', path: '/prometheus', interval: '10s' }] } },
    }),
  }),
};

/** Comes after what changes the test. */
export const noTest: Feature = {
  name: 'no test',
  values: { test: false },
  patch: () => ({ 'Pod ready': undefined, 'NetworkPolicy ready': undefined }),
};
