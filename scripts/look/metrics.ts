import { readEnvironments } from '../branch/environments.ts';
import { readCode, readPast, type Past } from '../branch/past.ts';
import { openRemote, readLastTip, type Place } from '../branch/place.ts';
import type { Tip } from '../git/tip.ts';
import { formatDay, formatSpan } from '../release/duration.ts';
import { requireEnvironment } from '../release/flow.ts';
import { definitions, isOpen, measure, mondayOf, type Quantiles, type Week } from '../release/metrics.ts';
import { fitTable, formatTable } from '../shell/table.ts';
import type { Answer } from './answer.ts';

/** Tells the four DORA measures of one environment, or of each, by weeks, newest first. */
export async function metrics(
  place: Place,
  name: string | undefined,
  { since, columns }: { since: Date | undefined; columns: number },
): Promise<Answer> {
  await using scratch = await openRemote(place, { history: 'trees' });
  const tip = await readLastTip(scratch, place);
  const { flow } = await readEnvironments(tip);
  const environments = name === undefined ? flow.environments : [requireEnvironment(flow, name)];
  const names = environments.map((environment) => environment.name);
  const measured = await readWeeks(tip, await readPast(tip), names);
  const isShown = ({ monday }: Week) => since === undefined || monday.getTime() >= mondayOf(since);
  const shown = [...measured].map(([name, weeks]) => ({ name, weeks: weeks.filter(isShown).reverse() }));
  return {
    document: shown.map(({ name, weeks }) => ({ name, weeks: weeks.map(toDocument) })),
    text: [...shown.map(({ name, weeks }) => formatWeeks(name, weeks, columns)), explanation].join('\n\n'),
  };
}

/** Measures environments by weeks, oldest first, each from the one of its first deployment to the present one. */
export async function readWeeks(
  tip: Tip,
  { mainline, ledger }: Past,
  names: readonly string[],
): Promise<Map<string, Week[]>> {
  const code = await readCode(tip, mainline.commits);
  return new Map(names.map((name) => [name, measure(ledger.recordOf(name).runs, mainline, code)]));
}

const heading = ['WEEK', 'DEPLOYMENTS', 'LEAD TIME', 'P90', 'FAILED', 'RESTORED', 'P90', 'OPEN'];

const explanation = formatTable([
  ['DEPLOYMENTS', definitions.deployments],
  ['LEAD TIME', definitions.leadTime],
  ['FAILED', definitions.failureRate],
  ['RESTORED', definitions.timeToRestore],
  ['OPEN', definitions.open],
  ['P90', definitions.quantiles],
  ['WEEK', definitions.week],
]);

function formatWeeks(name: string, weeks: readonly Week[], columns: number): string {
  const rows = weeks.map((week) => [
    formatDay(week.monday),
    String(week.deployments.length),
    ...formatQuantiles(week.leadTime),
    week.failureRate === undefined ? '-' : `${Math.round(week.failureRate * 100)}%`,
    ...formatQuantiles(week.timeToRestore),
    String(week.deployments.filter(isOpen).length),
  ]);
  const text = rows.length > 0 ? fitTable([heading, ...rows], heading.indexOf('WEEK'), columns) : 'No deployment.';
  return `${name}\n${text}`;
}

function formatQuantiles(quantiles: Quantiles | undefined): string[] {
  return quantiles ? [quantiles.median, quantiles.p90].map(formatSpan) : ['-', '-'];
}

function toDocument({ monday, deployments, leadTime, failureRate, timeToRestore }: Week): object {
  return {
    week: formatDay(monday),
    deployments: deployments.length,
    leadTime: toSeconds(leadTime),
    failureRate: failureRate ?? null,
    timeToRestore: toSeconds(timeToRestore),
    open: deployments.filter(isOpen).length,
    behind: deployments.map(({ run, changes, failure, restored }) => ({
      commit: run.version.commit.sha,
      tag: run.image.tag,
      since: run.since.toISOString(),
      changes: changes.map(({ change, leadTime }) => ({ commit: change.sha, seconds: leadTime / 1000 })),
      failure: failure ?? null,
      restored: restored?.toISOString() ?? null,
    })),
  };
}

function toSeconds(quantiles: Quantiles | undefined): object | null {
  return quantiles ? { median: quantiles.median / 1000, p90: quantiles.p90 / 1000 } : null;
}
