import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StorageOptions {
  driver?: 'vfs' | 'overlay';
  /** Where the images are, if not beside the settings. */
  images?: string;
}

/** Writes the settings of a place of its own for buildah's images into a folder, and gives the variables that name it. */
export async function makeImageStorage(
  folder: string,
  { driver = 'vfs', images = join(folder, 'images') }: StorageOptions = {},
): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'storage.conf');
  const settings = Object.entries({ driver, graphroot: images, runroot: join(folder, 'run') });
  // TOML has strings as JSON has.
  const lines = settings.map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  await writeFile(file, `[storage]\n${lines.join('')}`);
  return { CONTAINERS_STORAGE_CONF: file, STORAGE_DRIVER: driver, BUILDAH_ISOLATION: 'chroot' };
}
