import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Reads the names of the environments in a checkout, sorted: each folder that has a `values.yaml`. */
export async function readEnvironmentNames(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const file of glob('*/values.yaml', { cwd: join(root, 'environments') })) {
    names.push(basename(dirname(file)));
  }
  return names.sort();
}
