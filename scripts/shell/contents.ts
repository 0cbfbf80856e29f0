import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What files become, by their paths; those of undefined go away. */
export type Contents = ReadonlyMap<string, string | Uint8Array | undefined>;

/** Writes the contents into a folder: all of them, or none where one cannot be written. */
export async function write(root: string, contents: Contents): Promise<void> {
  const before = new Map<string, Uint8Array | undefined>();
  try {
    for (const [path, content] of contents) {
      const file = join(root, path);
      before.set(path, existsSync(file) ? await readFile(file) : undefined);
      await put(file, content);
    }
  } catch (error) {
    for (const [path, content] of before) await put(join(root, path), content);
    throw error;
  }
}

async function put(file: string, content: string | Uint8Array | undefined): Promise<void> {
  const folder = dirname(file);
  if (content !== undefined) {
    await mkdir(folder, { recursive: true });
    return writeFile(file, content);
  }
  await rm(file, { force: true });
  // A folder with other files in it stays.
  await rmdir(folder).catch(() => undefined);
}
