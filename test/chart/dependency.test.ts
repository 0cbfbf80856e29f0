import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderChart } from '../../scripts/helm/helm.ts';
import { helmVersions } from '../../scripts/helm/program.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { makeTrialChart, said, type TrialChart } from './trial-chart.ts';

let trial: TrialChart;
let orders: string;

beforeAll(async () => {
  trial = await makeTrialChart();
  orders = await mkdtemp(join(tmpdir(), 'orders-'));
  await writeChart();
});

afterAll(async () => {
  await trial.remove();
  await rm(orders, { recursive: true });
});

test.each(helmVersions)(
  'as a dependency of another chart, global values and all, it renders what it does alone, with Helm %i',
  async (helm) => {
    const text = await renderChart({
      chart: orders,
      name: 'orders',
      namespace: 'orders-dev',
      values: [join(orders, 'own.json')],
      helm,
    });
    const alone = await trial.render({ replicas: 5 }, { helm, name: 'orders' });
    expect(parseManifests(text)).toEqual(parseManifests(alone));
  },
);

/** A chart with nothing of its own, that has this one in `charts/`, where `helm dependency build` puts it. */
async function writeChart(): Promise<void> {
  const dependencies = [{ name: 'service', version: '>=0.0.0-0', repository: 'oci://registry.example.com/team' }];
  const chart = { apiVersion: 'v2', name: 'orders', version: '1.0.0', dependencies };
  await writeFile(join(orders, 'Chart.yaml'), JSON.stringify(chart));
  await writeFile(join(orders, 'values.yaml'), JSON.stringify({ global: { team: 'orders' }, service: said }));
  await writeFile(join(orders, 'own.json'), JSON.stringify({ service: { replicas: 5 } }));
  await mkdir(join(orders, 'charts'));
  await cp(trial.folder, join(orders, 'charts/service'), { recursive: true });
}
