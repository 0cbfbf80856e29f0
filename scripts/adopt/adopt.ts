import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { listKnown, openClean } from '../git/clean.ts';
import { write } from '../shell/contents.ts';
import { readIdentity, type Identity } from './identity.ts';
import { rename } from './rename.ts';

/** The test of the variables, the only one that knows those of an example. */
const variablesTest = 'test/service/config.test.ts';

/**
 * Gives a clean checkout another identity, but for its tests, which depend on none, and takes its examples away where they go;
 * answers what changed, commits nothing.
 */
export async function adopt(
  root: string,
  { identity, withoutExamples }: { identity: Identity; withoutExamples: boolean },
  signal: AbortSignal,
): Promise<string[]> {
  const git = await openClean(root, signal);
  const present = await readIdentity(root);
  const paths = [...(await listKnown(git, '.', ':!test')), ...(withoutExamples ? [variablesTest] : [])];
  // All is read and formatted before anything is written.
  const changes = await Promise.all(
    paths.map(async (path): Promise<readonly (readonly [string, string | undefined])[]> => {
      // A resource, and what readiness asks.
      if (withoutExamples && /^src\/(notes|upstream)\//.test(path)) return [[path, undefined]];
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

/** The text of a file without what it says of the examples; the contract and the table of variables are written by `npm run docs`. */
function forgetExamples(path: string, text: string): string {
  if (path === 'src/app.module.ts') {
    const imported = /^import \{ (\w+) \} from '\.\/(?:notes|upstream)\/.*\n/gm;
    const names = Array.from(text.matchAll(imported), ([, name = '']) => name);
    return names.reduce(
      (rest, name) => rest.replace(new RegExp(`, ${name}\\b|\\b${name}(, )?`), ''),
      text.replace(imported, ''),
    );
  }
  if (path === 'src/README.md') {
    const rows = /^\| `(?:notes|upstream)\/` .*\n/gm;
    const paragraph = /^Without the examples.*\n(?:.+\n)*\n/m;
    return text
      .replace(rows, '')
      .replace(paragraph, '')
      .replace(/, as (?:in )?`(?:notes|upstream)\/`[\w ]*/g, '');
  }
  return path === 'src/config.ts' || path === variablesTest ? text.replace(/^.*UPSTREAM_.*\n/gm, '') : text;
}
