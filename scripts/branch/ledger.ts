import { readFileHistory } from '../git/file-history.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Tip } from '../git/tip.ts';
import { Ledger } from '../release/ledger.ts';

/** Reads what ran when, out of the history of all environments, or of those of the folders given. */
export async function readLedger(
  scratch: Pick<Scratch, 'git' | 'fetchObjects'>,
  tip: Tip,
  paths: readonly string[] = ['environments'],
): Promise<Ledger> {
  const changes = await readFileHistory(scratch, tip.commit, paths);
  return Ledger.of(changes.toReversed());
}
