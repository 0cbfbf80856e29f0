import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { helmVersions } from '../../scripts/helm/program.ts';
import { readEnvironmentNames } from '../../scripts/branch/checkout-environments.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { release, renderEnvironment, root } from '../support/kubernetes/render.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

// Every object is expected whole in features.test.ts; what an environment sets for itself is its own matter, so what is
// said here holds for any values.
describe.each(await readEnvironmentNames(root))('%s', (environment) => {
  test('runs the image that was delivered, from the repository that it names, or else the chart', async () => {
    const files = [`environments/${environment}/values.yaml`, 'helm-chart/values.yaml'];
    const [own, ofChart] = await Promise.all(files.map(readRepository));
    const image = `${String(own ?? ofChart)}:${release.tag}@${release.digest}`;
    expect(await renderEnvironment(environment)).toContain(`image: "${image}"`);
  });

  test(`renders to the same bytes with Helm ${helmVersions.join(' and ')}`, async () => {
    const texts = await Promise.all(helmVersions.map((helm) => renderEnvironment(environment, helm)));
    expect(new Set(texts).size).toBe(1);
  });

  test('renders objects of which Kubernetes knows every field', async () => {
    expect(await findFaults(await renderEnvironment(environment))).toEqual([]);
  });
});

describe('the check against the schemas', () => {
  let trial: TrialChart;

  beforeAll(async () => {
    trial = await makeTrialChart();
  });

  afterAll(async () => trial.remove());

  test('finds a field that the schema does not know', async () => {
    const text = await trial.render();
    const faults = await findFaults(text.replace('livenessProbe:', 'livenesProbe:'));
    const path = 'Deployment/spec/template/spec/containers/0/livenesProbe';
    expect(faults).toEqual([`Kubernetes 1.34: ${path} is unknown`, `Kubernetes 1.37: ${path} is unknown`]);
  });

  test('finds a value of a wrong type', async () => {
    const text = await trial.render();
    const faults = await findFaults(text.replace(/minReadySeconds: .*/, 'minReadySeconds: five'));
    expect(faults).toEqual([
      'Kubernetes 1.34: Deployment/spec/minReadySeconds must be integer',
      'Kubernetes 1.37: Deployment/spec/minReadySeconds must be integer',
    ]);
  });
});

async function findFaults(text: string): Promise<string[]> {
  return (await Promise.all(parseManifests(text).map(findSchemaFaults))).flat();
}

/** The repository of the image that a values file names. */
async function readRepository(path: string): Promise<string | undefined> {
  const values = parse(await readFile(join(root, path), 'utf8')) as { image?: { repository?: string } };
  return values.image?.repository;
}
