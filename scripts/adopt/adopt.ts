import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { listKnown, openClean } from '../git/clean.ts';
import { readIdentity, type Identity } from './identity.ts';
import { rename } from './rename.ts';

/** Gives a clean checkout another identity, but for its tests, which depend on none; answers what changed, commits nothing. */
export async function adopt(root: string, identity: Identity, signal: AbortSignal): Promise<string[]> {
  const git = await openClean(root, signal);
  const present = await readIdentity(root);
  const paths = await listKnown(git, '.', ':!test');
  // All is read and formatted before anything is written.
  const edits = await Promise.all(
    paths.map(async (path) => {
      const file = join(root, path);
      const text = await readFile(file, 'utf8');
      const renamed = rename(text, present, identity);
      return renamed === text ? undefined : { path, file, text: await tidy(root, file, renamed) };
    }),
  );
  const changed = edits.filter((edit) => edit !== undefined);
  for (const { file, text } of changed) await writeFile(file, text);
  return changed.map(({ path }) => path);
}

/** As `npm run format` leaves it: a name of another length moves the columns of tables. */
async function tidy(root: string, file: string, text: string): Promise<string> {
  const ignorePath = join(root, '.prettierignore');
  const { ignored, inferredParser } = await getFileInfo(file, { ignorePath });
  if (ignored || inferredParser === null) return text;
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
