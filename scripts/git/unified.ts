import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openGit } from './git.ts';
import type { GitOptions } from './git.ts';

// Nobody's own settings make a difference of a difference.
const defaults = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

/**
 * The unified difference of two texts, undefined where there is none, under the name given. It is made by git, from
 * files that it leaves in the folder.
 */
export async function unifyTexts(
  folder: string,
  name: string,
  { before, after }: { before: string | undefined; after: string | undefined },
  { env, signal }: GitOptions,
): Promise<string> {
  const git = openGit(folder, { env: { ...env, ...defaults }, signal });
  const files = await Promise.all([place(folder, 'before', before), place(folder, 'after', after)]);
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--', ...files];
  const { status, stdout, stderr } = await git.run(args);
  if (status !== 0 && status !== 1) throw new Error(`git diff ended with ${String(status)}: ${stderr}`);
  const text = stdout.toString();
  const heads = [before, after].map((side) => (side === undefined ? '/dev/null' : name));
  return [`--- ${String(heads[0])}\n+++ ${String(heads[1])}\n`, text.slice(text.indexOf('@@ '))].join('');
}

async function place(folder: string, side: string, text: string | undefined): Promise<string> {
  if (text === undefined) return '/dev/null';
  await writeFile(join(folder, side), text);
  return side;
}
