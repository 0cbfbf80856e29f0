import { createHash } from 'node:crypto';
import { containerSecurity, testEgress } from '../expected.ts';
import { metadata, name } from '../parts.ts';
import { patchContainer, patchPod, type Feature } from './feature.ts';

const data = { SHED_DELAY_MS: '500', TRUST_PROXY: '10.0.0.0/8,192.168.0.0/16' };
const reference = { key: 'service/dev', property: 'token' };
const password = { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } };
const cache = { name: 'cache', persistentVolumeClaim: { claimName: 'cache' } };
const cacheMount = { name: 'cache', mountPath: '/cache' };
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'cache' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const small = { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } };
const agent = { name: 'agent', image: 'agent:1', resources: small, securityContext: { runAsUser: 1000 } };
const setUp = { name: 'set-up', image: 'set-up:1', resources: small, securityContext: { runAsGroup: 1000 } };

export const config: Feature = {
  name: 'config',
  values: { config: data },
  patch: () => ({
    ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    ...patchPod(
      { containers: [{ name: 'service', envFrom: [{ configMapRef: { name } }] }] },
      { 'checksum/config': createHash('sha256').update(JSON.stringify(data)).digest('hex') },
    ),
  }),
};

/** Comes after the configuration: of two that set a variable, the later one wins. */
export const secrets: Feature = {
  name: 'secrets',
  values: {
    secrets: ['database'],
    externalSecret: { data: { TOKEN: reference }, store: { kind: 'SecretStore', name: 'vault' } },
  },
  patch: (on) => ({
    ExternalSecret: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata,
      spec: {
        refreshInterval: '1h',
        secretStoreRef: { kind: 'SecretStore', name: 'vault' },
        target: { name },
        data: [{ secretKey: 'TOKEN', remoteRef: reference }],
      },
    },
    ...patchContainer({
      envFrom: [
        ...(on.has('config') ? [{ configMapRef: { name } }] : []),
        { secretRef: { name } },
        { secretRef: { name: 'database' } },
      ],
    }),
  }),
};

export const tmp: Feature = {
  name: 'a writable /tmp',
  values: { tmpSize: '64Mi' },
  patch: () =>
    patchPod({
      containers: [{ name: 'service', volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
    }),
};

export const extras: Feature = {
  name: 'extras',
  values: {
    extra: {
      env: [password],
      volumes: [cache],
      volumeMounts: [cacheMount],
      containers: [agent],
      initContainers: [setUp],
      objects: [claim],
    },
  },
  patch: () => ({
    'PersistentVolumeClaim cache': claim,
    ...patchPod({
      volumes: [cache],
      containers: [{ name: 'service', env: [password], volumeMounts: [cacheMount] }, restricted(agent)],
      initContainers: [restricted(setUp)],
    }),
  }),
};

export const anotherSize: Feature = {
  name: 'another size',
  values: { port: 8080, drainSeconds: 21, resources: { limits: { memory: '1Gi', cpu: '2' } } },
  patch: (on) => ({
    'Pod ready': { spec: { containers: [{ name: 'ready', resources: largeResources }] } },
    ...(!on.has('no network policy') && { 'NetworkPolicy ready': { spec: { egress: testEgress(8080) } } }),
    ...patchPod({
      terminationGracePeriodSeconds: 63,
      containers: [
        {
          name: 'service',
          env: [
            { name: 'PORT', value: '8080' },
            { name: 'DRAIN_SECONDS', value: '11' },
            { name: 'REQUEST_SECONDS', value: '40' },
          ],
          ports: [{ name: 'http', containerPort: 8080 }],
          lifecycle: { preStop: { sleep: { seconds: 10 } } },
          resources: largeResources,
        },
      ],
    }),
  }),
};

const largeResources = {
  requests: { cpu: '100m', memory: '192Mi', 'ephemeral-storage': '64Mi' },
  limits: { memory: '1Gi', cpu: '2', 'ephemeral-storage': '512Mi' },
};

export const pullSecrets: Feature = {
  name: 'pull secrets',
  values: { image: { pullSecrets: ['registry', 'mirror'] } },
  patch: () => ({ ServiceAccount: { imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }] } }),
};

/** Whom a container runs as is its own matter; the rest is not. */
function restricted({ securityContext, ...container }: typeof agent | typeof setUp) {
  return { ...container, securityContext: { ...securityContext, ...containerSecurity.securityContext } };
}
