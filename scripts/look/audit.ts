import { exitCode } from '../shell/failure.ts';
import { requireFile } from '../branch/environments.ts';
import { readChanges, readMainline } from '../branch/past.ts';
import type { Commit } from '../git/file-history.ts';
import type { Mainline } from '../git/mainline.ts';
import type { Tip } from '../git/tip.ts';
import { auditHistory } from '../release/audit.ts';
import type { Finding } from '../release/finding.ts';
import { environmentsFolder, flowPath } from '../release/flow.ts';
import { toLine } from '../release/line.ts';
import type { Answer } from './answer.ts';
import { openRemote, readTip, type Place } from '../branch/place.ts';

/**
 * Replays the rules over the history of all environments, and names each change since a time that broke one, or went round it;
 * where it is strict, notices count as breaches do.
 */
export async function audit(
  place: Place,
  { since, strict }: { since?: Date | undefined; strict?: boolean },
): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readTip(scratch, place);
  const mainline = await readMainline(tip);
  const findings = await readFindings(tip, mainline, ({ time }) => since === undefined || time >= since);
  const hasBreach = findings.some(({ severity }) => severity === 'breach');
  const kept = hasBreach ? [] : ['No change broke a rule.'];
  return {
    document: findings.map(({ commit: { sha, author, time }, ...found }) => {
      return { ...found, commit: sha, author, time: time.toISOString() };
    }),
    text: [...findings.map(formatFinding), ...kept].join('\n\n'),
    exitCode: hasBreach || (strict && findings.length > 0) ? exitCode.refused : exitCode.done,
  };
}

/** Judges commits of a branch by the rules as they stood before each. */
export async function readFindings(
  tip: Tip,
  mainline: Mainline,
  isJudged: (commit: Commit) => boolean,
): Promise<Finding[]> {
  const history = await readChanges(tip, mainline, [environmentsFolder]);
  if (!history.changes.some(({ files }) => files.has(flowPath))) requireFile(new Map(), flowPath);
  return auditHistory(history, mainline.relate, isJudged);
}

function formatFinding({ severity, commit, environment, rule, message }: Finding): string {
  const who = `by ${commit.sha.slice(0, 8)} of ${commit.author} at ${commit.time.toISOString()}`;
  const what = `${severity === 'notice' ? 'notice: ' : ''}${toLine(environment)}: ${rule}, ${who}`;
  return `${what}\n  ${message.replaceAll('\n', '\n  ')}`;
}
