import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { listKnown, openClean } from '../git/clean.ts';
import { readIdentity, type Identity } from './identity.ts';

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

/** A text of one identity as it reads for another. */
function rename(text: string, from: Identity, to: Identity): string {
  const after = listWords(to);
  const words = new Map(listWords(from).map((word, index) => [word, after[index] ?? '']));
  const alternatives = [...words].filter(([before, word]) => before !== '' && word !== '');
  // A part of a longer word is another word; a dash after it joins the name of an object.
  const form = alternatives.map(([word]) => RegExp.escape(word)).join('|');
  return text.replace(new RegExp(`(?<![-\\w])(?:${form})(?!\\w)`, 'g'), (word) => words.get(word) ?? word);
}

/** Every form in which an identity stands in a file; of two that begin alike the longer one comes first. */
function listWords({ name, group, host, registry, branch }: Identity): string[] {
  const [, account, region] = /^(\d{12})\.dkr\.ecr\.([-a-z0-9]+)\.amazonaws\./.exec(registry) ?? [];
  return [
    `https://${host}/${group}/${name}.git`,
    `${registry}/${name}`,
    // How AWS' policies name the project. Another registry has none, and then the examples stay.
    ...(account === undefined || region === undefined
      ? ['', '']
      : [`arn:aws:ecr:${region}:${account}:repository/${name}`, `arn:aws:iam::${account}:oidc-provider/${host}`]),
    `project_path:${group}/${name}:ref_type:branch:ref:${branch}`,
    `revision: ${branch}`,
    `CI_DEFAULT_BRANCH : '${branch}'`,
    `\`CI_DEFAULT_BRANCH\`, else \`${branch}\``,
    registry,
    host,
    name,
  ];
}
