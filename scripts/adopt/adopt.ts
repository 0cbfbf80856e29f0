import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { listKnown, openClean } from '../git/clean.ts';
import { write } from '../shell/contents.ts';
import { forgetExamples, isExample, variablesTest } from './examples.ts';
import { readIdentity, type Identity } from './identity.ts';
import { rename } from './rename.ts';

interface Adoption {
  identity: Identity;
  /** Whether the examples go. */
  withoutExamples: boolean;
}

/** Gives a clean checkout another identity, but for its tests, which depend on none; answers what changed, commits nothing. */
export async function adopt(
  root: string,
  { identity, withoutExamples }: Adoption,
  signal: AbortSignal,
): Promise<string[]> {
  const git = await openClean(root, signal);
  const present = await readIdentity(root);
  const paths = [...(await listKnown(git, '.', ':!test')), ...(withoutExamples ? [variablesTest] : [])];
  // All is read and formatted before anything is written.
  const changes = await Promise.all(
    paths.map(async (path): Promise<readonly (readonly [string, string | undefined])[]> => {
      if (withoutExamples && isExample(path)) return [[path, undefined]];
      const text = await readFile(join(root, path), 'utf8');
      const renamed = rename(text, present, identity);
      const changed = withoutExamples ? forgetExamples(path, renamed) : renamed;
      return changed === text ? [] : [[path, await tidy(root, join(root, path), changed)]];
    }),
  );
  const contents = new Map(changes.flat());
  await write(root, contents);
  return [...contents.keys()];
}

/** As `npm run format` leaves it: a name of another length moves the columns of tables. */
async function tidy(root: string, file: string, text: string): Promise<string> {
  const ignorePath = join(root, '.prettierignore');
  const { ignored, inferredParser } = await getFileInfo(file, { ignorePath });
  if (ignored || inferredParser === null) return text;
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
