import { requireFile } from '../branch/environments.ts';
import { readChanges } from '../branch/ledger.ts';
import { findRelease } from '../branch/releases.ts';
import type { Commit } from '../git/file-history.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Scratch } from '../git/scratch.ts';
import type { Tip } from '../git/tip.ts';
import { auditHistory } from '../release/audit.ts';
import type { Relate } from '../release/delivery-faults.ts';
import type { Finding } from '../release/finding.ts';
import { environmentsFolder, flowPath } from '../release/flow.ts';

/** Judges commits of a branch by the rules as they stood before each. */
export async function readFindings(
  scratch: Scratch,
  tip: Tip,
  mainline: Mainline,
  isJudged: (commit: Commit) => boolean,
): Promise<Finding[]> {
  const history = await readChanges(scratch, mainline, [environmentsFolder]);
  if (!history.changes.some(({ files }) => files.has(flowPath))) requireFile(new Map(), flowPath);
  return auditHistory(history, relateAlong(mainline, tip), isJudged);
}

/** Most releases are commits of the branch itself, where the newer one is nearer to the tip; git knows the others. */
function relateAlong(mainline: Mainline, tip: Tip): Relate {
  return async (to, from) => {
    const [position, before] = [mainline.find(to), from && mainline.find(from)];
    if (position !== undefined && before !== undefined) {
      if (position === before) return 'same';
      return position < before ? 'newer' : 'older';
    }
    if (position !== undefined && !from) return undefined;
    const release = await findRelease(tip, to);
    if (!from) return release ? undefined : 'unrelated';
    const other = await findRelease(tip, from);
    return release && other ? tip.relate(release.revision, other.revision) : 'unrelated';
  };
}
