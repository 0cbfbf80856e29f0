import { randomUUID } from 'node:crypto';
import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderChart } from '../../scripts/helm/helm.ts';
import type { HelmVersion } from '../../scripts/helm/program.ts';
import { chart } from '../support/kubernetes/render.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';

/** The chart of this repository, with values of the tests' own: what somebody changes in `values.yaml` breaks no test. */
export interface TrialChart {
  folder: string;
  /** Renders it with these values beside those that every environment says, with Helm 4 unless told. */
  render: (values?: object, options?: { helm?: HelmVersion | undefined; name?: string | undefined }) => Promise<string>;
  remove: () => Promise<void>;
}

/** What every environment says. */
export const said = { environment: 'dev', image: { tag: '3f9c1b2a' } };

/** Copies the chart into a folder of its own. */
export async function makeTrialChart(): Promise<TrialChart> {
  const folder = await mkdtemp(join(tmpdir(), 'trial-chart-'));
  await cp(chart, folder, { recursive: true });
  await copyFile(join(import.meta.dirname, 'fixtures/values.yaml'), join(folder, 'values.yaml'));
  const files = await mkdtemp(join(tmpdir(), 'trial-values-'));
  return {
    folder,
    async render(values = {}, { helm, name = 'orders' } = {}) {
      const file = join(files, `${randomUUID()}.json`);
      await writeFile(file, JSON.stringify(applyPatch(said, values)));
      return renderChart({ chart: folder, name, namespace: 'orders-dev', values: [file], helm });
    },
    async remove() {
      await rm(folder, { recursive: true });
      await rm(files, { recursive: true });
    },
  };
}
