import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { helmVersions, type HelmVersion } from '../../scripts/helm/program.ts';
import { parseManifests, type Manifest } from '../support/kubernetes/manifests.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';
import { findRestrictedBreaches } from '../support/kubernetes/restricted.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';
import { environment, release } from './parts.ts';
import { combineInPairs, expectedWith, features } from './features.ts';
import type { Feature } from './features/feature.ts';
import { makeTrialChart, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;

beforeAll(async () => {
  trial = await makeTrialChart();
});

afterAll(async () => trial.remove());

const pairs = combineInPairs();
const cases = [[], ...features.map((feature) => [feature]), ...pairs, features].map((on) => ({
  title: on.length === features.length ? 'everything' : on.map(({ name }) => name).join(', ') || 'nothing',
  on,
}));

describe.each(cases)('with $title', ({ on }) => {
  let texts: string[];

  beforeAll(async () => {
    texts = await Promise.all(helmVersions.map(async (helm) => render(on, helm)));
  });

  test('the chart renders exactly these objects', () => {
    const objects = parseManifests(texts[0] ?? '').map((object) => [keyOf(object), object] as const);
    expect(Object.fromEntries(objects)).toEqual(expectedWith(on));
    expect(objects).toHaveLength(Object.keys(expectedWith(on)).length);
  });

  test(`Helm ${helmVersions.join(' and ')} render the same bytes`, () => {
    expect(new Set(texts).size).toBe(1);
  });

  test('the schemas of the oldest and the newest supported version know every field', async () => {
    const objects = parseManifests(texts[0] ?? '');
    expect((await Promise.all(objects.map(findSchemaFaults))).flat()).toEqual([]);
  });

  test('every pod is restricted', () => {
    const pods = parseManifests(texts[0] ?? '').flatMap(podOf);
    expect(pods.length).toBeGreaterThan(0);
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

async function render(on: readonly Feature[], helm: HelmVersion): Promise<string> {
  const values: unknown = on.reduce<unknown>((merged, feature) => applyPatch(merged, feature.values), {
    environment,
    image: release,
  });
  return trial.render(values as object, { helm });
}

/** An object's kind, and its suffix where it is not the server's. */
function keyOf({ kind, metadata }: Manifest): string {
  const suffix = metadata.name.replace(/^orders-?/, '');
  return suffix === '' ? kind : `${kind} ${suffix}`;
}

/** The pod of an object that has one. */
function podOf({ kind, metadata, spec }: Manifest): object[] {
  if (kind === 'Pod') return [{ metadata, spec }];
  const { template, jobTemplate } = (spec ?? {}) as WithPod;
  const pod = template ?? jobTemplate?.spec.template;
  return pod ? [pod] : [];
}

interface WithPod {
  template?: object;
  jobTemplate?: { spec: { template: object } };
}
