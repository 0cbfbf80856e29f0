import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { renderChart } from '../../scripts/helm/helm.ts';
import { helmVersions } from '../../scripts/helm/program.ts';
import { replaceScalars } from '../../scripts/release/scalars.ts';
import { readImage } from '../../scripts/release/values.ts';

const tags = [
  ...['12345678', '01234567', '00000000', '1234567', '07777777', '1234e567', '0e000000', 'e0000000', '1e10000'],
  ...['0b101101', '0b1111111', 'deadbeef', '3f9c1b2a', '123456789012e1', '9'.repeat(40)],
];
const edited = join(import.meta.dirname, 'fixtures/edited');
const template = `kinds:
{{- range $name, $value := .Values.tags }}
  {{ $name }}: {{ printf "%s %v" (kindOf $value) $value | quote }}
{{- end }}
`;

test.each(helmVersions)('a tag that looks like a number is a string to Helm %d', async (helm) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'readers-'));
  const chart = await writeChart(folder.path, template);
  const values = join(folder.path, 'values.yaml');
  const lines = tags.map((_, index) => `  t${index}: ${['placeholder', '"placeholder"', "'p'"][index % 3] ?? ''}\n`);
  const bytes = replaceScalars(
    { path: 'values.yaml', bytes: Buffer.from(`tags:\n${lines.join('')}`) },
    tags.map((value, index) => ({ path: ['tags', `t${index}`], value })),
  );
  await writeFile(values, bytes);

  const rendered = await renderChart({ chart, values: [values], name: 'readers', namespace: 'dev', helm });
  expect(parse(rendered)).toEqual({
    kinds: Object.fromEntries(tags.map((tag, index) => [`t${index}`, `string ${tag}`])),
  });
});

test.each(helmVersions)('a values file that is read here is read as the same image by Helm %d', async (helm) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'readers-'));
  const chart = await writeChart(folder.path, 'image: {{ toJson .Values.image }}\n');
  const names = await readdir(edited);
  const read = names.map(async (name) => {
    const path = join(edited, name);
    const render = { chart, values: [path], name: 'readers', namespace: 'dev', helm };
    expect(parse(await renderChart(render))).toMatchObject({
      image: readImage({ path, bytes: await readFile(path) }),
    });
  });
  await Promise.all(read);
});

async function writeChart(folder: string, template: string): Promise<string> {
  const chart = join(folder, 'chart');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: readers\nversion: 0.1.0\n');
  await writeFile(join(chart, 'templates/rendered.yaml'), template);
  return chart;
}
