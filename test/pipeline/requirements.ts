import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Failure } from '../../scripts/shell/failure.ts';

/** What the proof starts, each with the package of Debian that it is in. */
const programs = {
  buildah: 'buildah',
  'docker-registry': 'docker-registry',
  rsync: 'rsync',
  debootstrap: 'debootstrap',
  git: 'git',
  unshare: 'util-linux',
};

/** Finds what keeps a machine from running the pipeline: a program that it lacks, or whoever is not root. */
export async function findLack(): Promise<Failure | undefined> {
  const missing: string[] = [];
  for (const [program, debian] of Object.entries(programs)) {
    if (!(await isInstalled(program))) missing.push(debian);
  }
  if (missing.length > 0) {
    return new Failure(
      'missing-program',
      `The pipeline needs more than this machine has: ${missing.join(', ')}.`,
      `On Debian: sudo apt-get install --yes ${missing.join(' ')}`,
    );
  }
  if (process.getuid?.() === 0) return undefined;
  return new Failure(
    'usage',
    'To run the pipeline a Debian is made and a process 1 is started, which only root may.',
    'Run it as root, by sudo.',
  );
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program))));
  return found.some(({ status }) => status === 'fulfilled');
}
