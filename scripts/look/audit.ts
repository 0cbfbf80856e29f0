import { exitCode } from '../shell/failure.ts';
import { readFileHistory } from '../git/file-history.ts';
import { readMainline } from '../branch/mainline.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { auditHistory } from '../release/audit.ts';
import type { Relate } from '../release/delivery-faults.ts';
import type { Finding } from '../release/finding.ts';
import { flowPath } from '../release/flow.ts';
import { toLine } from '../release/line.ts';
import { findRelease } from '../branch/releases.ts';
import type { Answer } from './answer.ts';
import { openRemote, readTip } from '../branch/open.ts';
import { requireFile } from '../branch/environments.ts';
import type { Place } from '../branch/place.ts';

interface AuditOptions {
  /** Leaves out what was before. */
  since: Date | undefined;
  /** Whether notices count as breaches do. */
  strict: boolean;
}

/** Replays the rules over the history of all environments, and names each change since a time that broke one, or went round it. */
export async function audit(place: Place, { since, strict }: AuditOptions): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readTip(scratch, place);
  const mainline = await readMainline(scratch, tip, { branch: place.branch, now: place.now() });
  const changes = await readFileHistory(scratch, mainline.commits, ['environments']);
  if (!changes.some(({ files }) => files.has(flowPath))) requireFile(new Map(), flowPath);
  const all = await auditHistory(changes.toReversed(), relateAlong(mainline, tip));
  const findings = all.filter(({ commit }) => since === undefined || commit.time >= since);
  const isRefused = findings.some(({ severity }) => strict || severity === 'breach');
  return {
    document: findings.map(toDocument),
    text: formatFindings(findings),
    exitCode: isRefused ? exitCode.refused : exitCode.done,
  };
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

function formatFindings(findings: readonly Finding[]): string {
  const kept = findings.some(({ severity }) => severity === 'breach') ? [] : ['No change broke a rule.'];
  return [...findings.map(formatFinding), ...kept].join('\n\n');
}

function formatFinding({ severity, commit, environment, rule, message }: Finding): string {
  const who = `by ${commit.sha.slice(0, 8)} of ${commit.author} at ${commit.time.toISOString()}`;
  const what = `${severity === 'notice' ? 'notice: ' : ''}${toLine(environment)}: ${rule}, ${who}`;
  return `${what}\n  ${message.replaceAll('\n', '\n  ')}`;
}

function toDocument({ severity, commit, environment, rule, message }: Finding): object {
  return {
    severity,
    commit: commit.sha,
    author: commit.author,
    time: commit.time.toISOString(),
    environment,
    rule,
    message,
  };
}
