import { admit, dns, namespaceCalled } from '../expected.ts';
import { metadata, name, selectorOf } from '../parts.ts';
import { patchContainer, type Feature } from './feature.ts';

const hosts = ['api.example.com', '*.example.org'];
const gateway = { name: 'public', namespace: 'gateways', sectionName: 'https' };
const annotations = { 'cert-manager.io/cluster-issuer': 'letsencrypt' };
const from = [namespaceCalled('ingress-nginx')];
const metricsFrom = [{ namespaceSelector: { matchLabels: { team: 'observers' } } }];
const database = { ports: [{ port: 5432, protocol: 'TCP' }], to: [{ ipBlock: { cidr: '10.1.0.0/16' } }] };

export const ingress: Feature = {
  name: 'ingress',
  values: { ingress: { enabled: true, className: 'public', annotations, hosts, tlsSecret: 'api-tls' } },
  patch: () => ({
    Ingress: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations },
      spec: {
        ingressClassName: 'public',
        rules: hosts.map(rule),
        tls: [{ secretName: 'api-tls', hosts }],
      },
    },
  }),
};

export const route: Feature = {
  name: 'route',
  values: { route: { enabled: true, gateways: [gateway], hosts } },
  patch: () => ({
    HTTPRoute: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata,
      spec: { parentRefs: [gateway], hostnames: hosts, rules: [{ backendRefs: [{ name, port: 80 }] }] },
    },
  }),
};

export const namedSources: Feature = {
  name: 'named sources',
  values: { networkPolicy: { from, metricsFrom, egress: [database] } },
  patch: () => ({
    NetworkPolicy: { spec: { ingress: admit(from, metricsFrom), egress: [dns, database] } },
  }),
};

export const serviceMonitor: Feature = {
  name: 'service monitor',
  values: {
    metrics: { serviceMonitor: { enabled: true, interval: '10s', labels: { release: 'prometheus' } } },
  },
  patch: () => ({
    ServiceMonitor: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { ...metadata, labels: { ...metadata.labels, release: 'prometheus' } },
      spec: {
        selector: { matchLabels: selectorOf('server') },
        podTargetLabels: ['app.kubernetes.io/version', 'environment', 'cluster'],
        endpoints: [{ port: 'metrics', path: '/metrics', interval: '10s' }],
      },
    },
  }),
};

/** Comes after what it makes void: who may ask for the metrics, and the monitor. */
export const noMetrics: Feature = {
  name: 'no metrics',
  values: { metrics: { enabled: false } },
  patch: (on) => ({
    ServiceMonitor: undefined,
    Service: { spec: { ports: [{ name: 'metrics', $patch: 'delete' }] } },
    NetworkPolicy: { spec: { ingress: admit(on.has('named sources') ? from : [{ podSelector: {} }], []) } },
    ...patchContainer({
      env: [{ name: 'METRICS_PORT', value: 'off' }],
      ports: [{ name: 'metrics', $patch: 'delete' }],
    }),
  }),
};

/** Comes last of those that change the policy. */
export const noNetworkPolicy: Feature = {
  name: 'no network policy',
  values: { networkPolicy: { enabled: false } },
  patch: () => ({ NetworkPolicy: undefined, 'NetworkPolicy ready': undefined }),
};

function rule(host: string) {
  const backend = { service: { name, port: { name: 'http' } } };
  return { host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
}
