import { describe, expect, test } from '@jest/globals';
import { helmVersions } from '../../scripts/cluster/helm-program.ts';
import { readEnvironmentNames } from '../../scripts/environments.ts';
import { parseManifests } from '../support/manifests.ts';
import { renderEnvironment, root } from '../support/render.ts';
import { findSchemaFaults } from '../support/schemas.ts';
import { expectedObjects } from './expected.ts';

const expectations = [
  { environment: 'dev', replicas: 1, logLevel: 'debug' },
  { environment: 'production', replicas: 3, logLevel: 'info' },
  { environment: 'staging', replicas: 2, logLevel: 'info' },
];

test('every environment is expected here', async () => {
  expect(expectations.map(({ environment }) => environment)).toEqual(await readEnvironmentNames(root));
});

describe.each(expectations)('$environment', (expectation) => {
  test('renders exactly these objects', async () => {
    const manifests = parseManifests(await renderEnvironment(expectation.environment));
    expect(Object.fromEntries(manifests.map((manifest) => [manifest.kind, manifest]))).toEqual(
      expectedObjects(expectation),
    );
  });

  test(`renders to the same bytes with Helm ${helmVersions.join(' and ')}`, async () => {
    const { environment } = expectation;
    const texts = await Promise.all(helmVersions.map((helm) => renderEnvironment(environment, helm)));
    expect(new Set(texts).size).toBe(1);
  });

  test('renders objects of which Kubernetes knows every field', async () => {
    const manifests = parseManifests(await renderEnvironment(expectation.environment));
    expect((await Promise.all(manifests.map(findSchemaFaults))).flat()).toEqual([]);
  });
});

describe('the check against the schemas', () => {
  test('finds a field that the schema does not know', async () => {
    const text = await renderEnvironment('dev');
    const faults = await findFaults(text.replace('livenessProbe:', 'livenesProbe:'));
    const path = 'Deployment/spec/template/spec/containers/0/livenesProbe';
    expect(faults).toEqual([`Kubernetes 1.34: ${path} is unknown`, `Kubernetes 1.37: ${path} is unknown`]);
  });

  test('finds a value of a wrong type', async () => {
    const text = await renderEnvironment('dev');
    const faults = await findFaults(text.replace('replicas: 1', 'replicas: one'));
    expect(faults).toEqual([
      'Kubernetes 1.34: Deployment/spec/replicas must be integer',
      'Kubernetes 1.37: Deployment/spec/replicas must be integer',
    ]);
  });

  async function findFaults(text: string): Promise<string[]> {
    return (await Promise.all(parseManifests(text).map(findSchemaFaults))).flat();
  }
});
