import { mkdir, readFile, writeFile } from 'node:fs/promises';
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
  const files = {
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    CONTAINERS_CONF: join(folder, 'containers.conf'),
  };
  const storage = { storage: { driver, graphroot: images, runroot: join(folder, 'run') } };
  // Debian 12's buildah lets a step open 1,024 files; npm ci opens more where the machine is busy.
  const limit = await readFileLimit();
  await writeFile(files.CONTAINERS_STORAGE_CONF, toToml(storage));
  await writeFile(
    files.CONTAINERS_CONF,
    toToml({ containers: { default_ulimits: [`nofile=${limit}:${limit}`] } }),
  );
  return { ...files, STORAGE_DRIVER: driver, BUILDAH_ISOLATION: 'chroot' };
}

/** How many files a process may open at most. */
async function readFileLimit(): Promise<string> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  return /^Max open files +\S+ +(\d+)/m.exec(limits)?.[1] ?? '1024';
}

/** TOML has strings and lists of them as JSON has. */
function toToml(tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  return Object.entries(tables)
    .flatMap(([name, table]) => [
      `[${name}]`,
      ...Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
    ])
    .join('\n')
    .concat('\n');
}
