import { html } from 'hono/html';
import { formatDay } from '../release/duration.ts';
import { definitions, isOpen, type Week } from '../release/metrics.ts';
import type { Facts } from './facts.ts';
import { spanOf, type Html, type Page } from './page.ts';
import { drawWeeks, type Point } from './plots.ts';
import { renderTable, type TableRow } from './table.ts';
import type { Timeline } from './timeline.ts';

/** The four measures: what each is in a week, what nine of ten do not exceed, and of which kind that is. */
const measures = [
  { title: 'Deployments', key: 'deployments', kind: 'count', find: ({ deployments }: Week) => deployments.length },
  { title: 'Lead time for changes', key: 'leadTime', kind: 'time', find: ({ leadTime }: Week) => leadTime?.median },
  { title: 'Change failure rate', key: 'failureRate', kind: 'rate', find: ({ failureRate }: Week) => failureRate },
  {
    title: 'Time to restore',
    key: 'timeToRestore',
    kind: 'time',
    find: ({ timeToRestore }: Week) => timeToRestore?.median,
  },
] as const;

/** What a page explains, in the words of its tables. */
const terms = [
  ...measures.map(({ title, key }) => [title, key] as const),
  ['Not restored', 'open'],
  ['p90', 'quantiles'],
  ['Week', 'week'],
] as const;

const formats = { count: String, rate: formatRate, time: spanOf };

/** How the last environment of the flow goes, and the way to the others. */
export function renderTrend(facts: Facts, timeline: Timeline): Html {
  const names = [...facts.weeks.keys()];
  const last = names.at(-1) ?? '';
  const links = names.map((name) => html`<li><a href="${fileOf(name)}">${name}</a></li>\n`);
  return html`<section id="trend" aria-labelledby="trend-title">
<h2 id="trend-title">Trend of ${last}</h2>
${renderPlots(facts.weeks.get(last) ?? [], timeline)}
<nav aria-label="Trends"><ul class="row"><li class="quiet">Week by week, with what is behind it:</li>${links}</ul></nav>
</section>
`;
}

/** A page for each environment. */
export function* listTrends(facts: Facts, timeline: Timeline): Generator<Page> {
  for (const [name, weeks] of facts.weeks) {
    const body = html`${renderPlots(weeks, timeline)}
${renderWeeks(weeks, timeline)}
<h2>What is measured</h2>
<dl>${terms.map(([term, key]) => html`<dt>${term}</dt><dd>${definitions[key]}</dd>`)}</dl>`;
    yield { file: fileOf(name), title: `Trend of ${name}`, body };
  }
}

function fileOf(name: string): string {
  return `trend-${name}.html`;
}

function renderPlots(weeks: readonly Week[], timeline: Timeline): Html {
  if (weeks.length === 0) return html`<p class="quiet">No release has come yet.</p>`;
  const plots = measures.map(({ title, key, kind, find }) => {
    const points = weeks.map((week): Point => {
      const { monday, [key]: measured } = week;
      const value = find(week);
      const p90 = typeof measured === 'object' && 'p90' in measured ? measured.p90 : undefined;
      const written = value === undefined ? 'none' : formats[kind](value);
      return { monday, value, p90, href: timeline.findWeek(monday), title: `Week of ${formatDay(monday)}: ${written}` };
    });
    const latest = points.findLast(({ value }) => value !== undefined)?.value;
    return html`<figure>
<figcaption>${title} <strong>${latest === undefined ? '–' : formats[kind](latest)}</strong></figcaption>
${drawWeeks(points, kind)}
</figure>`;
  });
  return html`<div class="plots">${plots}</div>
<p class="quiet">A bar is a week; of times it is the median, and the line above it is p90. In bold is the newest.</p>`;
}

function renderWeeks(weeks: readonly Week[], timeline: Timeline): Html {
  const rows = weeks.toReversed().map(({ monday, deployments, leadTime, failureRate, timeToRestore }): TableRow => {
    const file = timeline.findWeek(monday);
    const cells = {
      'week of': file === undefined ? formatDay(monday) : html`<a href="${file}">${formatDay(monday)}</a>`,
      deployments: deployments.length,
      'lead time': spanOf(leadTime?.median),
      'lead time, p90': spanOf(leadTime?.p90),
      'failure rate': formatRate(failureRate),
      'time to restore': spanOf(timeToRestore?.median),
      'time to restore, p90': spanOf(timeToRestore?.p90),
      'not restored': deployments.filter(isOpen).length,
    };
    return { attributes: { 'data-week': formatDay(monday) }, cells };
  });
  return renderTable('By week', 'numbers', rows);
}

function formatRate(rate: number | undefined): string {
  return rate === undefined ? '–' : `${Math.round(rate * 100)} %`;
}
