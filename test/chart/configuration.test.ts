import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readEnvironmentNames } from '../../scripts/branch/checkout-environments.ts';
import { listVariables, readConfig } from '../../src/config.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { chart, release, renderEnvironment, root } from '../support/kubernetes/render.ts';
import { requiredExamples } from '../support/service/required-variables.ts';
import { makeTrialChart, said, type TrialChart } from './trial-chart.ts';

// The chart takes any service; that it fits the service of this repository is seen here.

describe.each(await readEnvironmentNames(root))('%s', (environment) => {
  test('sets variables that the service knows, to values that it accepts', async () => {
    const { env, config } = readVariables(await renderEnvironment(environment));
    expect(findUnknown(config)).toEqual([]);
    expect(() => readConfig({ ...requiredExamples, ...env, ...config }, release.tag)).not.toThrow();
  });
});

test('the chart tells the service what it decides by names that the service knows', async () => {
  const values = parse(await readFile(join(chart, 'values.yaml'), 'utf8')) as {
    variables: Record<string, string>;
  };
  const names = Object.values(values.variables).filter((name) => name !== '');
  expect(findUnknown(Object.fromEntries(names.map((name) => [name, ''])))).toEqual([]);
});

test('a variable that the service does not know is found', () => {
  const config = { TRUST_PROXY: '10.0.0.0/8', TRUST_PROXIES: '10.0.0.0/8', OTEL_SERVICE_NAME: 'orders' };
  expect(findUnknown(config)).toEqual(['TRUST_PROXIES']);
});

describe('the service accepts the least and the most that the chart does', () => {
  let trial: TrialChart;
  let schema: Schema;

  beforeAll(async () => {
    trial = await makeTrialChart();
    schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8')) as Schema;
  });

  afterAll(async () => trial.remove());

  test.each(['minimum', 'maximum'] as const)('%s', async (end) => {
    const { properties, definitions } = schema;
    await expectAccepted({ drainSeconds: properties.drainSeconds[end], port: definitions.port[end] });
  });

  test('no metrics', async () => {
    await expectAccepted({ metrics: { enabled: false } });
  });

  async function expectAccepted(values: object): Promise<void> {
    const { env } = readVariables(await trial.render(values));
    expect(() => readConfig({ ...requiredExamples, ...env }, said.image.tag)).not.toThrow();
  }
});

/** The parts of the chart's schema that are about what the service is told. */
interface Schema {
  properties: { drainSeconds: Range };
  definitions: { port: Range };
}

interface Range {
  minimum: number;
  maximum: number;
}

/** The names that mean nothing to the service, nor to the libraries that trace it. */
function findUnknown(config: Record<string, string>): string[] {
  const known = new Set(listVariables().map(({ name }) => name));
  return Object.keys(config).filter((name) => !known.has(name) && !name.startsWith('OTEL_'));
}

/** What the chart sets in the service's container, and what it puts into the ConfigMap. */
function readVariables(text: string) {
  const manifests = parseManifests(text);
  const find = (wanted: string) =>
    manifests.find(({ kind, metadata }) => kind === wanted && metadata.name === 'orders');
  const { template } = find('Deployment')?.spec as DeploymentSpec;
  const { env } = template.spec.containers[0];
  return {
    env: Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    config: (find('ConfigMap')?.data ?? {}) as Record<string, string>,
  };
}

interface DeploymentSpec {
  template: { spec: { containers: [{ env: { name: string; value?: string }[] }] } };
}
