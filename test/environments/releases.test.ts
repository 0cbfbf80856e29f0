import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { renderChart } from '../../scripts/helm/helm.ts';
import { helmVersions } from '../../scripts/helm/program.ts';
import { writeReleaseChart } from '../../scripts/helm/release-chart.ts';
import { readEnvironmentNames } from '../../scripts/branch/checkout-environments.ts';
import { openGit } from '../../scripts/git/git.ts';
import { valuesPath } from '../../scripts/release/values.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { root } from '../support/kubernetes/render.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

const git = openGit(root, { env: process.env });
const names = await readEnvironmentNames(root);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'releases-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each(names)('%s renders on the newest release, and on the one that it runs', async (name) => {
  const newest = await git.read(['rev-parse', '--short=8', 'HEAD']);
  const values = await git.read(['show', `HEAD:${valuesPath(name)}`]);
  const { image } = parse(values) as { image: { tag: string } };
  for (const release of new Set([newest, image.tag].filter(Boolean))) await renderOn(release, name, values);
});

async function renderOn(release: string, name: string, values: string): Promise<void> {
  const chart = await writeReleaseChart(git, release, join(folder, name, release));
  const file = join(folder, name, release, 'values.yaml');
  await writeFile(file, values);
  const input = {
    chart,
    values: [file],
    set: { 'image.tag': release },
    name: 'nestjs-service',
    namespace: name,
  };
  const texts = await Promise.all(helmVersions.map((helm) => renderChart({ ...input, helm })));
  expect(new Set(texts).size).toBe(1);
  const faults = await Promise.all(parseManifests(texts[0] ?? '').map(findSchemaFaults));
  expect(faults.flat()).toEqual([]);
}
