import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { valuedEnvironment } from '../release/values.ts';

/** Reads the names of the environments in a checkout, sorted: each folder that has a `values.yaml`. */
export async function readEnvironmentNames(root: string): Promise<string[]> {
  const names = (await listValuesFiles(root)).map(valuedEnvironment);
  return names.filter((name) => name !== undefined).sort();
}

/** The paths of all files in `environments/` that are called as the values of an environment, however deep. */
export async function listValuesFiles(root: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const file of glob('**/values.yaml', { cwd: join(root, 'environments') })) {
    paths.push(`environments/${file}`);
  }
  return paths.sort();
}
