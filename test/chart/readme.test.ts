import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderChart } from '../../scripts/helm/helm.ts';
import { parseManifests } from '../support/kubernetes/manifests.ts';
import { chart } from '../support/kubernetes/render.ts';
import { findSchemaFaults } from '../support/kubernetes/schemas.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('the values files that the README shows render, to objects that Kubernetes knows', async () => {
  const readme = await readFile(join(chart, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) {
    const file = join(folder, 'values.yaml');
    await writeFile(file, example);
    const text = await renderChart({ chart, name: 'other', namespace: 'other', values: [file] });
    expect((await Promise.all(parseManifests(text).map(findSchemaFaults))).flat()).toEqual([]);
  }
});
