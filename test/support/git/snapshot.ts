import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The content of every file below a folder, by its path: what two moments differ in has changed. */
export async function takeSnapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isSymbolicLink() ? await readlink(path) : await readFile(path, 'latin1');
      return [relative(folder, path), content] as const;
    });
  return Object.fromEntries(await Promise.all(files));
}
