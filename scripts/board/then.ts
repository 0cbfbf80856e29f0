import { html } from 'hono/html';
import type { Deployment } from '../release/metrics.ts';
import { idOf, type Event } from './events.ts';
import type { Facts } from './facts.ts';
import { commitLink, countOf, linkTo, minuteOf, spanOf, timeOf, type Html, type Page } from './page.ts';
import { drawLanes, kinds, type Mark } from './plots.ts';
import { renderTable, type TableRow } from './table.ts';
import type { Range, Timeline } from './timeline.ts';

const hour = 3_600_000;
const day = 24 * hour;
const units = [hour, 3 * hour, 12 * hour, day, 7 * day];
const mostMarks = 500;
const latestShown = 10;
const changesShown = 20;

/** All that has happened, from afar, and the last of it. */
export function renderThen(facts: Facts, timeline: Timeline): Html {
  const { events } = facts;
  return html`<section id="then" aria-labelledby="then-title">
<h2 id="then-title">Then</h2>
${renderLanes(events, facts, timeline)}
<nav aria-label="Months">${renderLinks(timeline.months.toReversed())}</nav>
${renderEvents('Latest', events.slice(-latestShown), facts, timeline)}
</section>
`;
}

/** The pages of the months, and those of the weeks, which tell everything. */
export function* listRanges(facts: Facts, timeline: Timeline): Generator<Page> {
  const { months, weeks } = timeline;
  for (const [ranges, renderDetail] of [
    [months, ({ events }: Range) => renderLinks(timeline.listWeeks(events))],
    [weeks, ({ title, events }: Range) => renderEvents(title, events, facts, timeline)],
  ] as const) {
    for (const [index, range] of ranges.entries()) {
      const body = html`${renderPath(ranges[index - 1], ranges[index + 1])}
${renderLanes(range.events, facts, timeline)}
${renderDetail(range)}`;
      yield { ...range, body };
    }
  }
}

/** The way to the whole, and to the pages before and after. */
function renderPath(before: Range | undefined, after: Range | undefined): Html {
  return html`<nav aria-label="Ranges"><ul class="row">
<li><a href="index.html#then">All</a></li>
${before && html`<li><a href="${before.file}" rel="prev">← ${before.title}</a></li>`}
${after && html`<li><a href="${after.file}" rel="next">${after.title} →</a></li>`}
</ul></nav>`;
}

function renderLinks(ranges: readonly Range[]): Html {
  const list = ranges.map(
    ({ file, title, events }) =>
      html`<li><a href="${file}">${title}</a> <span class="quiet">${events.length}</span></li>\n`,
  );
  return html`<ul class="row">${list}</ul>`;
}

function renderLanes(events: readonly Event[], { rows }: Facts, timeline: Timeline): Html {
  const [from, to] = [events[0], events.at(-1)].map((event) => event?.since.getTime());
  if (from === undefined || to === undefined) return html`<p class="quiet">Nothing has happened yet.</p>`;
  const length = to - from;
  // Where there are too many marks for a page, those of a kind that are within a unit are one.
  const most = Math.min(150, 1500 / rows.length);
  const unit = events.length <= mostMarks ? 1 : (units.find((unit) => length / unit <= most) ?? 28 * day);
  const margin = Math.max(length / 50, day / 24);
  const groups = Map.groupBy(events, ({ environment, kind, since }) =>
    [environment, kind, Math.floor(since.getTime() / unit)].join(' '),
  );
  const marks = [...groups.values()].flatMap((group) => toMark(group, timeline));
  const names = rows.map(({ name }) => name);
  // A release is followed where each mark is one event.
  if (unit > 1) for (const mark of marks) mark.tag = undefined;
  const lanes = drawLanes(marks, names, [new Date(from - margin), new Date(to + margin)]);
  const legend = Object.entries(kinds).map(
    ([kind, { sign, meaning }]) => html`<li><span class="${meaning}">${sign}</span> ${kind}</li>`,
  );
  return html`<figure class="lanes">
<div class="scroll" tabindex="0" role="group" aria-label="Lanes">${lanes}</div>
<figcaption><ul class="row quiet">${legend}</ul></figcaption>
</figure>`;
}

function toMark([event, ...more]: readonly Event[], timeline: Timeline): Mark[] {
  if (!event) return [];
  const { environment, kind, since, tag } = event;
  const count = more.length + 1;
  const what = count > 1 ? `${count} × ${kind}` : [kind, tag].filter(Boolean).join(' ');
  const title = `${what}: ${environment}, ${minuteOf(since)}`;
  const href = count > 1 ? timeline.fileOf(event) : timeline.addressOf(event);
  return [{ environment, kind, since, count, tag, title, href }];
}

/** The events in a table, newest first. */
function renderEvents(caption: string, events: readonly Event[], facts: Facts, timeline: Timeline): Html {
  const rows = events.toReversed().map((event) => toRow(event, facts, timeline));
  return renderTable(caption, 'events', rows);
}

function toRow(event: Event, facts: Facts, timeline: Timeline): TableRow {
  const { environment, kind, commit, since, by, tag, reason, pipeline, verdict } = event;
  const deployment = facts.deployments.get(idOf(event));
  const next = timeline.findNext(event);
  const cells = {
    time: timeOf(since),
    environment,
    kind: html`<span class="${kinds[kind].meaning}">${kind}</span>`,
    release: html`${tag}${next && html` <a href="${timeline.addressOf(next)}">${next.since < since ? '←' : '→'} ${next.environment}</a>`}`,
    by,
    commit: commitLink(facts, commit.sha),
    pipeline: linkTo(pipeline, pipeline?.replaceAll(/^[^?#]*\/|[?#].*/g, '') ?? ''),
    verdict: renderVerdict(verdict, deployment),
    reason: html`${reason}${deployment && renderChanges(deployment, facts)}`,
  };
  return { attributes: { id: idOf(event), 'data-commit': commit.sha, 'data-release': tag }, cells };
}

function renderVerdict(verdict: Event['verdict'], deployment: Deployment | undefined): Html {
  const state = verdict && html`<span class="${verdict.state === 'healthy' ? 'good' : 'bad'}">${verdict.state}</span> `;
  if (!deployment?.failure) return html`${state}`;
  const { failure, restored } = deployment;
  const failed = failure === 'taken-back' && html`<span class="bad">taken back</span> `;
  return html`${state}${failed}${restored ? html`restored ${timeOf(restored)}` : 'not restored'}`;
}

/** What a deployment brought, with the lead time of each commit. */
function renderChanges({ changes }: Deployment, facts: Facts): Html {
  if (changes.length === 0) return html``;
  const hidden = changes.length - changesShown;
  const list = changes
    .slice(0, changesShown)
    .map(
      ({ change, leadTime }) =>
        html`<li>${commitLink(facts, change.sha)} ${change.subject} <span class="quiet">${spanOf(leadTime)}</span></li>`,
    );
  return html`<details><summary>${countOf(changes.length, 'change')}</summary>
<ul>${list}${hidden > 0 && html`<li>and ${hidden} more</li>`}</ul></details>`;
}
