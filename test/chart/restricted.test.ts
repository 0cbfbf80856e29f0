import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Document } from 'yaml';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { findRestrictedBreaches } from '../support/kubernetes/restricted.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

/** The pods, as documents that a test can break at a path. */
let trial: TrialChart;
let service: Document;
let smokeTest: Document;

beforeAll(async () => {
  trial = await makeTrialChart();
  const manifests = parseManifests(await trial.render());
  const [deployment, pod] = ['Deployment', 'Pod'].map(
    (wanted) => new Document(manifests.find(({ kind }) => kind === wanted)),
  );
  service = new Document(deployment?.getIn(['spec', 'template']));
  smokeTest = pod ?? new Document();
});

afterAll(async () => trial.remove());

test('the pods of the service and of its test pass Pod Security "restricted" with no override', () => {
  expect(findRestrictedBreaches(service.toJS())).toEqual([]);
  expect(findRestrictedBreaches(smokeTest.toJS())).toEqual([]);
});

test('nobody writes to the root of a pod, and no token of the cluster is in its reach', () => {
  for (const pod of [service, smokeTest]) {
    expect(pod.getIn(['spec', 'containers', 0, 'securityContext', 'readOnlyRootFilesystem'])).toBe(true);
    expect(pod.getIn(['spec', 'automountServiceAccountToken'])).toBe(false);
    expect(pod.getIn(['spec', 'enableServiceLinks'])).toBe(false);
  }
});

describe('the check of the profile finds', () => {
  test.each<[string, unknown]>([
    ['spec.hostNetwork', true],
    ['spec.hostPID', true],
    ['spec.hostIPC', true],
    ['spec.securityContext.runAsNonRoot', undefined],
    ['spec.securityContext.runAsUser', 0],
    ['spec.securityContext.seccompProfile.type', 'Unconfined'],
    ['spec.securityContext.sysctls', [{ name: 'kernel.msgmax', value: '1' }]],
    ['spec.containers.0.securityContext.privileged', true],
    ['spec.containers.0.securityContext.allowPrivilegeEscalation', undefined],
    ['spec.containers.0.securityContext.capabilities.drop', []],
    ['spec.containers.0.securityContext.capabilities.add', ['SYS_ADMIN']],
    ['spec.containers.0.securityContext.runAsUser', 0],
    ['spec.containers.0.securityContext.procMount', 'Unmasked'],
    ['spec.containers.0.ports', [{ containerPort: 80, hostPort: 80 }]],
    ['spec.containers.0.livenessProbe.httpGet.host', 'example.com'],
    ['spec.initContainers', [{ name: 'init', image: 'init' }]],
    ['spec.containers.0.securityContext.windowsOptions', { hostProcess: true }],
    ['spec.containers.0.securityContext.seLinuxOptions', { type: 'spc_t' }],
    ['spec.containers.0.securityContext.appArmorProfile', { type: 'Unconfined' }],
    ['spec.containers.0.securityContext.seccompProfile', { type: 'Unconfined' }],
    ['spec.containers.0.securityContext.runAsNonRoot', false],
    ['spec.containers.0.lifecycle.preStop', { tcpSocket: { host: 'example.com', port: 80 } }],
    ['spec.ephemeralContainers', [{ name: 'debug', image: 'debug' }]],
    ['metadata.annotations', { 'container.apparmor.security.beta.kubernetes.io/service': 'unconfined' }],
    ['spec.volumes', [{ name: 'root', hostPath: { path: '/' } }]],
  ])('%s: %j', (path, value) => {
    const pod = service.clone();
    pod.setIn(
      path.split('.').map((key) => (key === '0' ? 0 : key)),
      value,
    );
    const [breach, ...others] = findRestrictedBreaches(pod.toJS());
    expect(breach?.startsWith(path)).toBe(true);
    expect(others).toEqual([]);
  });
});
