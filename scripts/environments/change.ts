import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lintCheckout } from '../lint/checkout.ts';
import { pipelinePath } from '../lint/pipeline.ts';
import { environmentsFolder } from '../release/flow.ts';
import { chartPath } from '../release/values.ts';
import { Failure } from '../shell/failure.ts';
import { makeTemporary } from '../shell/machine.ts';

/** What files become, by their paths; those of undefined go away. */
export type Contents = ReadonlyMap<string, string | Uint8Array | undefined>;

/** Lints a checkout as it would be with other contents; nothing in it changes. */
export async function requireFine(root: string, contents: Contents, signal: AbortSignal): Promise<void> {
  await using copy = await makeTemporary('environments-');
  for (const path of [environmentsFolder, chartPath, pipelinePath])
    await cp(join(root, path), join(copy.path, path), { recursive: true });
  await write(copy.path, contents);
  try {
    await lintCheckout(copy.path, root, signal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const words = error.message.replaceAll(`${copy.path}/`, '');
    throw new Failure(error.code, `Nothing is changed, since npm run check would refuse it: ${words}`, error.hint);
  }
}

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
