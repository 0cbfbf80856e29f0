import type { Git } from './git.ts';

/** The ref of the notes on the commits of deliveries: `git log --notes=deliveries` shows them. */
export const notesRef = 'refs/notes/deliveries';

/** Lists the blobs of the notes that were fetched, by the commits that they are on. */
export async function listNotes(git: Git): Promise<ReadonlyMap<string, string>> {
  const list = await git.read(['notes', `--ref=${notesRef}`, 'list']);
  const lines = list.split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split(' ')).map(([blob = '', commit = '']) => [commit, blob]));
}
