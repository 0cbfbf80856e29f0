import { requireFile } from '../branch/environments.ts';
import { readChanges } from '../branch/ledger.ts';
import type { Commit } from '../git/file-history.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Scratch } from '../git/scratch.ts';
import { auditHistory } from '../release/audit.ts';
import type { Finding } from '../release/finding.ts';
import { environmentsFolder, flowPath } from '../release/flow.ts';

/** Judges commits of a branch by the rules as they stood before each. */
export async function readFindings(
  scratch: Scratch,
  mainline: Mainline,
  isJudged: (commit: Commit) => boolean,
): Promise<Finding[]> {
  const history = await readChanges(scratch, mainline, [environmentsFolder]);
  if (!history.changes.some(({ files }) => files.has(flowPath))) requireFile(new Map(), flowPath);
  return auditHistory(history, mainline.relate, isJudged);
}
