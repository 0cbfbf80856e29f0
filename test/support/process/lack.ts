import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Failure } from '../../../scripts/shell/failure.ts';

/** What a proof needs of the machine that it runs on. */
export interface Needs {
  /** What is proven, as the subject of a sentence. */
  what: string;
  /** The programs that it starts, each with the package of Debian that it is in. */
  programs: Readonly<Record<string, string>>;
  /** What it does that only root may. */
  asRoot: string;
}

/** Finds what keeps a machine from running a proof: a program that it lacks, or whoever is not root. */
export async function findLack({ what, programs, asRoot }: Needs): Promise<Failure | undefined> {
  const missing: string[] = [];
  for (const [program, debian] of Object.entries(programs)) {
    if (!(await isInstalled(program))) missing.push(debian);
  }
  if (missing.length > 0) {
    return new Failure(
      'missing-program',
      `${what} needs more than this machine has: ${missing.join(', ')}.`,
      `On Debian: sudo apt-get install --yes ${missing.join(' ')}`,
    );
  }
  if (process.getuid?.() === 0) return undefined;
  return new Failure('usage', asRoot, 'Run it as root, by sudo.');
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, program))));
  return found.some(({ status }) => status === 'fulfilled');
}
