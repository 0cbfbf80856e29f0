import { exitCode } from '../shell/failure.ts';
import { readFileHistory } from '../git/file-history.ts';
import { readMainline } from '../git/mainline.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { auditHistory } from '../release/audit.ts';
import type { Breach, Relate } from '../release/audit.ts';
import { findRelease } from '../branch/releases.ts';
import type { Answer } from './answer.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { readEnvironments } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

/** Replays the rules over the history of all environments, and names each change since a time that broke one. */
export async function audit(place: Place, since: Date | undefined): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readTip(scratch, place);
  await readEnvironments(tip);
  const mainline = await readMainline(scratch, tip.commit);
  const changes = await readFileHistory(scratch, tip.commit, ['environments']);
  const found = await auditHistory(changes.toReversed(), relateAlong(mainline, tip));
  const breaches = found.filter(({ commit }) => since === undefined || commit.time >= since);
  const text = breaches.length > 0 ? breaches.map(formatBreach).join('\n\n') : 'No change broke a rule.';
  return {
    document: breaches.map(toDocument),
    text,
    exitCode: breaches.length > 0 ? exitCode.refused : exitCode.done,
  };
}

/** Most releases are commits of the branch itself, where the newer one is nearer to the tip; git knows the others. */
function relateAlong(mainline: Mainline, tip: Tip): Relate {
  return async (to, from) => {
    const [position, before] = [mainline.find(to), mainline.find(from)];
    if (position !== undefined && before !== undefined) {
      if (position === before) return 'same';
      return position < before ? 'newer' : 'older';
    }
    const [release, other] = [await findRelease(tip, to), await findRelease(tip, from)];
    return release && other ? tip.relate(release.revision, other.revision) : 'unrelated';
  };
}

function formatBreach({ commit, environment, rule, message }: Breach): string {
  const what = `${environment}: ${rule}, by ${commit.sha.slice(0, 8)} of ${commit.author} at ${commit.time.toISOString()}`;
  return `${what}\n  ${message.replaceAll('\n', '\n  ')}`;
}

function toDocument({ commit, environment, rule, message }: Breach): object {
  return {
    commit: commit.sha,
    author: commit.author,
    time: commit.time.toISOString(),
    environment,
    rule,
    message,
  };
}
