import { beforeAll, describe, expect, test } from '@jest/globals';
import { Document } from 'yaml';
import { parseManifests } from '../support/manifests.ts';
import { renderEnvironment } from '../support/render.ts';
import { findRestrictedBreaches } from '../support/restricted.ts';

/** The pods' specifications, as documents that a test can break at a path. */
let service: Document;
let smokeTest: Document;

beforeAll(async () => {
  const manifests = parseManifests(await renderEnvironment('production'));
  const [deployment, pod] = ['Deployment', 'Pod'].map(
    (wanted) => new Document(manifests.find(({ kind }) => kind === wanted)),
  );
  service = new Document(deployment?.getIn(['spec', 'template', 'spec']));
  smokeTest = new Document(pod?.get('spec'));
});

test('the pods of the service and of its test pass Pod Security "restricted" with no override', () => {
  expect(findRestrictedBreaches(service.toJS())).toEqual([]);
  expect(findRestrictedBreaches(smokeTest.toJS())).toEqual([]);
});

test('nobody writes to the root of a pod, and no token of the cluster is in its reach', () => {
  for (const pod of [service, smokeTest]) {
    expect(pod.getIn(['containers', 0, 'securityContext', 'readOnlyRootFilesystem'])).toBe(true);
    expect(pod.get('automountServiceAccountToken')).toBe(false);
    expect(pod.get('enableServiceLinks')).toBe(false);
  }
});

describe('the check of the profile finds', () => {
  test.each<[string, unknown]>([
    ['hostNetwork', true],
    ['hostPID', true],
    ['hostIPC', true],
    ['securityContext.runAsNonRoot', undefined],
    ['securityContext.runAsUser', 0],
    ['securityContext.seccompProfile.type', 'Unconfined'],
    ['securityContext.sysctls', [{ name: 'kernel.msgmax', value: '1' }]],
    ['containers.0.securityContext.privileged', true],
    ['containers.0.securityContext.allowPrivilegeEscalation', undefined],
    ['containers.0.securityContext.capabilities.drop', []],
    ['containers.0.securityContext.capabilities.add', ['SYS_ADMIN']],
    ['containers.0.securityContext.runAsUser', 0],
    ['containers.0.securityContext.procMount', 'Unmasked'],
    ['containers.0.ports', [{ containerPort: 80, hostPort: 80 }]],
    ['containers.0.livenessProbe.httpGet.host', 'example.com'],
    ['initContainers', [{ name: 'init', image: 'init' }]],
    ['volumes', [{ name: 'root', hostPath: { path: '/' } }]],
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
