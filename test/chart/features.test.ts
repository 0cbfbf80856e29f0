import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderChart } from '../../scripts/cluster/helm.ts';
import { helmVersions, type HelmVersion } from '../../scripts/cluster/helm-program.ts';
import { parseManifests } from '../support/manifests.ts';
import { applyPatch } from '../support/patch.ts';
import { chart } from '../support/render.ts';
import { findRestrictedBreaches } from '../support/restricted.ts';
import { findSchemaFaults } from '../support/schemas.ts';
import { release } from './expected.ts';
import { combineInPairs, expectedWith, features } from './features.ts';
import type { Feature } from './features/feature.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const pairs = combineInPairs();
const cases = [[], ...features.map((feature) => [feature]), ...pairs, features].map((on) => ({
  title: on.length === features.length ? 'everything' : on.map(({ name }) => name).join(', ') || 'nothing',
  on,
}));

describe.each(cases)('with $title', ({ title, on }) => {
  let texts: string[];

  beforeAll(async () => {
    texts = await Promise.all(helmVersions.map(async (helm) => render(title, on, helm)));
  });

  test('the chart renders exactly these objects', () => {
    const objects = parseManifests(texts[0] ?? '').map((object) => [object.kind, object] as const);
    expect(Object.fromEntries(objects)).toEqual(expectedWith(on));
    expect(objects).toHaveLength(Object.keys(expectedWith(on)).length);
  });

  test(`Helm ${helmVersions.join(' and ')} render the same bytes`, () => {
    expect(new Set(texts).size).toBe(1);
  });

  test('the schemas of the oldest and the newest supported version know every field', async () => {
    // No package has the schema of the VerticalPodAutoscaler; it is expected whole above.
    const objects = parseManifests(texts[0] ?? '').filter(({ kind }) => kind !== 'VerticalPodAutoscaler');
    expect((await Promise.all(objects.map(findSchemaFaults))).flat()).toEqual([]);
  });

  test('every pod is restricted', () => {
    const pods = parseManifests(texts[0] ?? '').flatMap((object) => {
      if (object.kind === 'Pod') return [object];
      return object.kind === 'Deployment' ? [(object.spec as { template: object }).template] : [];
    });
    expect(pods).toHaveLength(2);
    expect(pods.flatMap(findRestrictedBreaches)).toEqual([]);
  });
});

test('any two features are tried together, apart, and each without the other', () => {
  const rows = [new Set<Feature>(), ...pairs.map((row) => new Set(row))];
  for (const one of features) {
    for (const other of features.filter((feature) => feature !== one)) {
      const met = rows.map((row) => `${row.has(one)} ${row.has(other)}`);
      expect([one.name, other.name, new Set(met).size]).toEqual([one.name, other.name, 4]);
    }
  }
});

async function render(title: string, on: readonly Feature[], helm: HelmVersion): Promise<string> {
  const values: unknown = on.reduce<unknown>((merged, feature) => applyPatch(merged, feature.values), {
    environment: 'dev',
    image: release,
  });
  const file = join(folder, `${title.replaceAll(/\W+/g, '-')}-${helm}.yaml`);
  await writeFile(file, stringify(values));
  return renderChart({
    chart,
    name: 'nestjs-service',
    namespace: 'nestjs-service-dev',
    values: [file],
    helm,
  });
}
