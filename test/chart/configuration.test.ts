import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderChart } from '../../scripts/helm/helm.ts';
import { listVariables, readConfig } from '../../src/config.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { chart, release } from '../support/kubernetes/render.ts';

/** The parts of the chart's schema that are about the service's configuration. */
interface Schema {
  properties: {
    config: { properties: Record<string, unknown> };
    logLevel: { enum: string[] };
    drainSeconds: { minimum: number; maximum: number };
  };
  definitions: { port: { minimum: number; maximum: number } };
}

/** Where a pod listens is no matter of values, and this one is Node's. */
const [leftAlone, nodes] = ['HOST', 'NODE_OPTIONS'];

let folder: string;
let schema: Schema;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'configuration-'));
  schema = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8')) as Schema;
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('each variable of the service is set by the chart or may be set in config, and no other', async () => {
  const set = Object.keys(await renderEnv({})).filter((name) => name !== nodes);
  const free = Object.keys(schema.properties.config.properties);
  expect([...set, ...free, leftAlone].sort()).toEqual(
    listVariables()
      .map(({ name }) => name)
      .sort(),
  );
});

test('the levels of the log are the same', async () => {
  const { enum: levels } = schema.properties.logLevel;
  const described = listVariables().find(({ name }) => name === 'LOG_LEVEL')?.description ?? '';
  expect(levels.map((level) => `\`${level}\``).sort()).toEqual(described.split(', ').sort());
  for (const logLevel of levels) await expectAccepted({ logLevel });
});

test('the service accepts the least and the most that the chart does', async () => {
  const { drainSeconds } = schema.properties;
  const { port } = schema.definitions;
  await expectAccepted({ drainSeconds: drainSeconds.minimum, port: port.minimum });
  await expectAccepted({ drainSeconds: drainSeconds.maximum, port: port.maximum });
  await expectAccepted({ metrics: { enabled: false } });
});

async function expectAccepted(values: object): Promise<void> {
  const env = await renderEnv(values);
  expect(() => readConfig(env, release.tag)).not.toThrow();
}

/** What the chart sets in the service's container. */
async function renderEnv(values: object): Promise<NodeJS.ProcessEnv> {
  const file = join(folder, 'values.yaml');
  await writeFile(file, stringify({ environment: 'dev', image: release, ...values }));
  const text = await renderChart({ chart, name: 'nestjs-service', namespace: 'default', values: [file] });
  const deployment = parseManifests(text).find(({ kind }) => kind === 'Deployment');
  const { template } = deployment?.spec as DeploymentSpec;
  const { env } = template.spec.containers[0];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

interface DeploymentSpec {
  template: { spec: { containers: [{ env: { name: string; value: string }[] }] } };
}
