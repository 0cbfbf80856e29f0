import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { exitCode, Failure } from '../../scripts/failure.ts';
import { runMain } from '../../scripts/main.ts';

/** What the proof starts, each with the package of Debian that it is in. */
const programs = {
  buildah: 'buildah',
  'docker-registry': 'docker-registry',
  rsync: 'rsync',
  debootstrap: 'debootstrap',
  git: 'git',
  unshare: 'util-linux',
};

await runMain(async () => {
  const missing: string[] = [];
  for (const [program, debian] of Object.entries(programs)) {
    if (!(await isInstalled(program))) missing.push(debian);
  }
  if (missing.length > 0) {
    throw new Failure(
      'missing-program',
      `The proof of the pipeline needs more than this machine has: ${missing.join(', ')}.`,
      `On Debian: sudo apt-get install --yes ${missing.join(' ')}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Failure(
      'usage',
      'The proof of the pipeline makes a Debian and starts a process 1, which only root may.',
      'Run it as root: sudo npm run test:pipeline',
    );
  }
  return exitCode.done;
});

async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program))));
  return found.some(({ status }) => status === 'fulfilled');
}
