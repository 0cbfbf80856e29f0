import { readFileHistory } from '../git/file-history.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Mainline } from '../git/mainline.ts';
import { Ledger } from '../release/ledger.ts';

/** Reads what ran when, out of the history of all environments, or of those of the folders given. */
export async function readLedger(
  scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
  mainline: Mainline,
  paths: readonly string[] = ['environments'],
): Promise<Ledger> {
  const changes = await readFileHistory(scratch, mainline.commits, paths);
  return Ledger.of(changes.toReversed());
}
