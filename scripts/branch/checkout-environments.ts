import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findStrays } from '../release/strays.ts';
import { valuedEnvironment } from '../release/values.ts';
import type { YamlFile } from '../release/yaml-file.ts';

/** Reads the names of the environments in a checkout, sorted: each folder that has a `values.yaml`. */
export async function readEnvironmentNames(root: string): Promise<string[]> {
  const names = (await listFiles(root)).map(({ path }) => valuedEnvironment(path));
  return names.filter((name) => name !== undefined).sort();
}

/** @throws {Failure} `invalid-file` naming a file that could be taken for one of an environment. */
export async function refuseStrayFiles(root: string): Promise<void> {
  const files = await listFiles(root);
  const pathsOf = (wanted: boolean) => files.filter(({ isRegular }) => isRegular === wanted).map(({ path }) => path);
  for (const stray of findStrays(pathsOf(true), pathsOf(false))) throw stray;
}

/** Reads a YAML file of a checkout. */
export async function readYaml(root: string, path: string): Promise<YamlFile> {
  return { path, bytes: await readFile(join(root, path)) };
}

/** Lists all in `environments/` except its folders, and follows no symbolic link. */
async function listFiles(root: string): Promise<{ path: string; isRegular: boolean }[]> {
  const entries = await readdir(join(root, 'environments'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: relative(root, join(entry.parentPath, entry.name)), isRegular: entry.isFile() }));
}
