import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApplicationNames } from '../argocd/applicationset.ts';
import type { Tip } from '../git/tip.ts';
import { renderChart } from '../helm/helm.ts';
import type { ChartInput } from '../helm/helm.ts';
import { Failure } from '../shell/failure.ts';
import type { Release } from './releases.ts';

/** An environment's values, and the release whose chart they are rendered with. */
export interface Rendering {
  chart: Release;
  values: Uint8Array;
  names: Pick<ApplicationNames, 'chart' | 'release' | 'namespace'>;
  /** A folder that is not there yet. Helm names the files that it does not accept, and so this folder's name. */
  folder: string;
}

/**
 * Renders an environment's values with the chart as it stood in a release, as Argo CD does.
 * @throws {Failure} `invalid-chart` when the release has no chart, or one that does not take the values.
 */
export async function renderRelease(
  tip: Tip,
  { chart, values, names, folder }: Rendering,
  options: Pick<ChartInput, 'helm' | 'signal'>,
): Promise<string> {
  const path = await writeChart(tip, chart, names.chart, folder);
  const file = join(folder, 'values.yaml');
  await writeFile(file, values);
  const { release: name, namespace } = names;
  return renderChart({ ...options, chart: path, name, namespace, values: [file] });
}

/** Writes the chart of a release below a folder, and gives the chart's own folder there. */
async function writeChart(tip: Tip, release: Release, chart: string, folder: string): Promise<string> {
  const files = await tip.readFolder(chart, release.revision);
  if (files.size === 0) throw withoutChart(chart, release);
  for (const { path, bytes } of files.values()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return join(folder, chart);
}

function withoutChart(chart: string, { tag }: Release): Failure {
  return new Failure(
    'invalid-chart',
    `The release ${tag} has no chart at ${chart}.`,
    'Name a release that has one: git log --oneline shows the commits.',
  );
}
