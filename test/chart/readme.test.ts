import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chart } from '../support/render.ts';

test("the README's table has every value of the chart, with its default", async () => {
  const readme = await readFile(join(chart, 'README.md'), 'utf8');
  const rows = readme.matchAll(/^\| `([\w.]+)` +\| `(.*?)` +\|/gm);
  const documented = Object.fromEntries(
    [...rows].map(([, path = '', text = '']) => [path, parse(text) as unknown] as const),
  );
  const { image, ...others } = parse(await readFile(join(chart, 'values.yaml'), 'utf8')) as Record<
    string,
    object
  >;
  const values = Object.entries(image ?? {}).map(([key, value]: [string, unknown]) => [
    `image.${key}`,
    value,
  ]);
  expect(documented).toEqual({ ...others, ...Object.fromEntries(values) });
});
