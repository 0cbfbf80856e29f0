import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporary } from '../shell/machine.ts';
import { openGit, type GitOptions } from './git.ts';

/** The unified difference of two texts under a name, one of which may be missing; Git makes it, outside of any repository. */
export async function unifyTexts(
  name: string,
  { before, after }: { before: string | undefined; after: string | undefined },
  { env, signal }: GitOptions,
): Promise<string> {
  await using folder = await makeTemporary('gitops-diff-');
  for (const [side, text = ''] of Object.entries({ before, after })) await writeFile(join(folder.path, side), text);
  // The settings of the user must not change its form.
  const git = openGit(folder.path, { env, signal, settings: [] });
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--', 'before', 'after'];
  const { status, stdout, stderr } = await git.run(args);
  if (status !== 0 && status !== 1) throw new Error(`git diff ended with ${String(status)}: ${stderr}`);
  const text = stdout.toString();
  const nameOf = (side: string | undefined) => (side === undefined ? '/dev/null' : name);
  // What Git writes above the first hunk is about its own files.
  return `--- ${nameOf(before)}\n+++ ${nameOf(after)}\n${text.slice(text.indexOf('@@ '))}`;
}
