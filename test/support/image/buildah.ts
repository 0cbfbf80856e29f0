import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What one call of the stand-in saw. */
export interface BuildahCall {
  args: string[];
  env: Record<string, string>;
  authFile: { mode: string; content: string };
}

/** What the stand-in does. */
export interface Behaviour {
  /** The digest of the image after a push. */
  digest: string;
  /** The verb that ends with status 1. */
  fails?: string;
  /** The verb that never ends. */
  hangs?: string;
}

/**
 * Puts a program called `buildah` into the folder, for machines without the real one: it records how it was
 * called, says its verb, and writes the digest as the real one does.
 */
export async function installBuildah(folder: string, { digest, fails, hangs }: Behaviour): Promise<void> {
  const program = `#!${process.execPath}
const { appendFileSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const authPath = process.env.REGISTRY_AUTH_FILE;
const authFile = { mode: (statSync(authPath).mode & 0o777).toString(8), content: readFileSync(authPath, 'utf8') };
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, JSON.stringify({ args, env: process.env, authFile }) + '\\n');
console.log('buildah', args[0]);
if (args[0] === ${JSON.stringify(hangs)}) setInterval(() => {}, 1000);
else if (args[0] === ${JSON.stringify(fails)}) { console.error('no luck today'); process.exitCode = 1; }
else if (args[0] === 'push') writeFileSync(args[args.indexOf('--digestfile') + 1], ${JSON.stringify(digest)});
`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'buildah'), program, { mode: 0o755 });
}

/** The calls of the stand-in so far. */
export async function readBuildahCalls(folder: string): Promise<BuildahCall[]> {
  const lines = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BuildahCall);
}
