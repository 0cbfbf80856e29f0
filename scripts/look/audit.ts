import { exitCode } from '../shell/failure.ts';
import { readMainline } from '../branch/mainline.ts';
import type { Finding } from '../release/finding.ts';
import { toLine } from '../release/line.ts';
import type { Answer } from './answer.ts';
import { readFindings } from './findings.ts';
import { openRemote, readTip } from '../branch/open.ts';
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
  const findings = await readFindings(scratch, mainline, ({ time }) => since === undefined || time >= since);
  const isRefused = findings.some(({ severity }) => strict || severity === 'breach');
  return {
    document: findings.map(toDocument),
    text: formatFindings(findings),
    exitCode: isRefused ? exitCode.refused : exitCode.done,
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
