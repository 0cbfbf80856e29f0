import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Files } from '../support/git/origin.ts';
import { applyPatch } from '../support/kubernetes/patch.ts';
import { chart, root } from '../support/kubernetes/render.ts';

/** The chart of this checkout, whose own values differ in some fields. */
export async function readChart(patch: object): Promise<Files> {
  const entries = await readdir(chart, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  const files = paths.map(async (path) => [path, await readFile(join(root, path))] as const);
  const defaults: unknown = parse(await readFile(join(chart, 'values.yaml'), 'utf8'));
  return {
    ...Object.fromEntries(await Promise.all(files)),
    [relative(root, join(chart, 'values.yaml'))]: stringify(applyPatch(defaults, patch)),
  };
}
