import type { Git } from './git.ts';
import { readObjects } from './objects.ts';

/** The ref of the notes on the commits of deliveries: `git log --notes=deliveries` shows them. */
export const notesRef = 'refs/notes/deliveries';

/** What fetches the notes: a pattern, since a fetch fails for a ref that is named and does not exist. */
export const notesPattern = `+${notesRef}*:${notesRef}*`;

const entryForm = /^\d+ blob (\S+)\t(.+)$/;
const commitForm = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commit of the notes that were fetched; undefined when there are none. */
export async function findNotes(git: Git): Promise<string | undefined> {
  const { status, stdout } = await git.run(['rev-parse', '--verify', '--quiet', `${notesRef}^{commit}`]);
  return status === 0 ? stdout.toString().trim() : undefined;
}

/**
 * Lists the blobs of the notes by the commits that they are on. Git spreads the names of many notes over folders. Several
 * notes on one commit count as one; any other file of the tree is ignored.
 */
export async function listNotes(git: Git): Promise<ReadonlyMap<string, readonly string[]>> {
  const notes = new Map<string, string[]>();
  const tip = await findNotes(git);
  if (tip === undefined) return notes;
  for (const entry of (await git.read(['ls-tree', '-r', '-z', '--full-tree', tip])).split('\0')) {
    const [, blob, path = ''] = entryForm.exec(entry) ?? [];
    const commit = path.replaceAll('/', '');
    if (blob !== undefined && commitForm.test(commit)) notes.getOrInsert(commit, []).push(blob);
  }
  return notes;
}

/** Reads the texts of notes, whose blobs must be present. */
export async function readNotes(git: Git, notes: ReadonlyMap<string, readonly string[]>): Promise<Map<string, string>> {
  const texts = await readObjects(git, [...notes.values()].flat());
  return new Map([...notes].map(([commit, blobs]) => [commit, blobs.map((blob) => texts.get(blob)).join('\n\n')]));
}
