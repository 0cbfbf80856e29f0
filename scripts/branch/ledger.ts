import { readFileHistory, type FileChanges } from '../git/file-history.ts';
import { listNotes, readNotes } from '../git/notes.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { environmentsFolder } from '../release/flow.ts';
import { Ledger } from '../release/ledger.ts';
import { parseVerdicts, type Verdict } from '../release/verdict.ts';
import { readMainline } from './mainline.ts';

/** Reads what the branch was up to a tip, and what ran on it when: in all environments, or by the files given. */
export async function readPast(
  tip: Tip,
  paths: readonly string[] = [environmentsFolder],
): Promise<{ mainline: Mainline; ledger: Ledger }> {
  const mainline = await readMainline(tip);
  const { changes, verdicts } = await readChanges(tip, mainline, paths);
  return { mainline, ledger: Ledger.of(changes, verdicts) };
}

/** Reads the changes that a ledger takes in, oldest first, and the verdicts by the commits of their deliveries. */
export async function readChanges(
  { scratch }: Tip,
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
