import { readFileHistory, type FileChanges } from '../git/file-history.ts';
import { listNotes, readNotes } from '../git/notes.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Mainline } from '../git/mainline.ts';
import { Ledger } from '../release/ledger.ts';
import { parseVerdicts, type Verdict } from '../release/verdict.ts';

/** Reads what ran when, out of the history of all environments, or of those of the folders given. */
export async function readLedger(
  scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
  mainline: Mainline,
  paths: readonly string[] = ['environments'],
): Promise<Ledger> {
  const { changes, verdicts } = await readChanges(scratch, mainline, paths);
  return Ledger.of(changes, verdicts);
}

/** Reads the changes that a ledger takes in, oldest first, and the verdicts by the commits of their deliveries. */
export async function readChanges(
  scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
  mainline: Mainline,
  paths: readonly string[],
): Promise<{ changes: FileChanges[]; verdicts: ReadonlyMap<string, readonly Verdict[]> }> {
  const notes = await listNotes(scratch.git);
  const blobs = [...notes.values()].flat();
  const changes = await readFileHistory(scratch, mainline.commits, paths, blobs);
  const texts = await readNotes(scratch.git, notes);
  return {
    changes: changes.toReversed(),
    verdicts: new Map([...texts].map(([commit, text]) => [commit, parseVerdicts(text)])),
  };
}
