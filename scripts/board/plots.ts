import { axisX, axisY, dot, line, plot, rectY, ruleY, type Markish, type PlotOptions } from '@observablehq/plot';
import { raw } from 'hono/html';
import { parseHTML } from 'linkedom';
import { formatDay } from '../release/duration.ts';
import { week } from '../release/metrics.ts';
import type { Event, Kind } from './events.ts';
import type { Html } from './page.ts';

/** How each kind is drawn, in the order in which the legend tells them: its sign, what it means, and its place in a lane. */
export const kinds = {
  deploy: { sign: '●', symbol: 'circle', meaning: 'plain', dy: 0 },
  promote: { sign: '▲', symbol: 'triangle', meaning: 'plain', dy: 0 },
  override: { sign: '◆', symbol: 'diamond', meaning: 'wait', dy: 0 },
  rollback: { sign: '■', symbol: 'square', meaning: 'bad', dy: 0 },
  edit: { sign: '+', symbol: 'plus', meaning: 'wait', dy: -12 },
  hold: { sign: '×', symbol: 'times', meaning: 'bad', dy: 12 },
  resume: { sign: '★', symbol: 'star', meaning: 'good', dy: 12 },
} as const satisfies Record<Kind, object>;

/** A mark in a lane: an event, or several of one kind that are too close to one another to be told apart. */
export interface Mark extends Pick<Event, 'environment' | 'kind' | 'since' | 'tag'> {
  count: number;
  href: string;
  title: string;
}

const laneHeight = 44;

/** Draws a lane for each environment, with its marks, from a time to another. */
export function drawLanes(
  marks: readonly Mark[],
  environments: readonly string[],
  domain: readonly [Date, Date],
): Html {
  const released = marks.filter(({ tag }) => tag !== undefined);
  const isShort = domain[1].getTime() - domain[0].getTime() < 16 * 24 * 3_600_000;
  const groups = Object.entries(kinds).map(
    ([kind, look]) => [look, marks.filter((mark) => mark.kind === kind)] as const,
  );
  const layers = groups.map(([{ symbol, meaning, dy }, shown]) =>
    dot(shown, {
      symbol,
      // Those that have no inside are lines.
      [symbol === 'plus' || symbol === 'times' ? 'stroke' : 'fill']: `var(--${meaning})`,
      strokeWidth: 2,
      x: 'since',
      y: 'environment',
      dy,
      r: ({ count }: Mark) => 3.5 + Math.sqrt(count - 1),
      href: 'href',
      title: 'title',
      sort: null,
    }),
  );
  return draw(
    {
      width: 1120,
      height: environments.length * laneHeight + 40,
      marginLeft: 120,
      marginRight: 40,
      x: { type: 'utc', domain: [...domain] },
      y: { type: 'point', domain: [...environments], padding: 0.5 },
      r: { type: 'identity' },
      marks: [
        ruleY(environments, { stroke: 'var(--line)' }),
        axisX({
          anchor: 'bottom',
          label: null,
          tickSize: 0,
          fontSize: 12,
          ...(isShort && { ticks: 'day', tickFormat: formatDay }),
        }),
        axisY({ label: null, tickSize: 0, fontSize: 13 }),
        line(released, { x: 'since', y: 'environment', z: 'tag', stroke: 'var(--line)', className: 'ways' }),
        ...layers,
      ],
    },
    {
      'g.ways path': [...new Set(released.map(({ tag }) => tag))].map((tag) => ({ 'data-release': tag })),
      a: groups.flatMap(([, shown]) => shown.map(({ tag }) => ({ tabindex: '-1', 'data-release': tag }))),
    },
  );
}

/** What is measured of a week: the value of a bar, and of a tick above it; undefined where there is none. */
export interface Point {
  monday: Date;
  value: number | undefined;
  p90: number | undefined;
  href: string | undefined;
  title: string;
}

const minute = 60_000;

/** What one on the axis stands for, and how it is written: of times the largest unit of which there are some. */
const scales = {
  count: [[1, '']],
  rate: [[0.01, ' %']],
  time: [
    [24 * 60 * minute, ' d'],
    [60 * minute, ' h'],
    [minute, ' min'],
  ],
} as const;

/** Draws a measure by weeks. */
export function drawWeeks(points: readonly Point[], kind: keyof typeof scales): Html {
  const most = Math.max(0, ...points.map(({ value, p90 }) => p90 ?? value ?? 0));
  const [size, unit] = scales[kind].find(([size]) => most >= 3 * size) ?? scales[kind].at(-1) ?? [1, ''];
  const scaled = (name: 'value' | 'p90') => (point: Point) => (point[name] ?? NaN) / size;
  const tickFormat = (value: number) => (Number.isInteger(value) ? `${value}${unit}` : '');
  const span = { x1: 'monday', x2: ({ monday }: Point) => new Date(monday.getTime() + week), inset: 0.5 };
  const shown = points.filter(({ value }) => value !== undefined);
  const marks: Markish[] = [
    axisX({ anchor: 'bottom', label: null, tickSize: 0, ticks: 4 }),
    axisY({ label: null, tickSize: 0, ticks: 3, tickFormat }),
    ruleY([0], { stroke: 'var(--line)' }),
    rectY(shown, { ...span, y: scaled('value'), fill: 'var(--plain)', href: 'href', title: 'title' }),
    ruleY(points, { ...span, y: scaled('p90'), stroke: 'var(--quiet)' }),
  ];
  return draw(
    {
      width: 260,
      height: 120,
      marginLeft: 40,
      marginRight: 4,
      x: { type: 'utc' },
      y: { nice: true, zero: true },
      marks,
    },
    { a: shown.map(() => ({ tabindex: '-1' })) },
  );
}

/** As much of a document as is used here: the compiler knows none. */
interface Element {
  outerHTML: string;
  querySelectorAll: (selector: string) => Iterable<Element>;
  setAttribute: (name: string, value: string) => void;
}

const { document } = parseHTML('<html></html>') as { document: never };

/**
 * Draws a plot, and sets attributes of what it consists of, in order. All that it tells is told by text beside it too, so it is
 * left out for those who do not see it, and its links for those who go by keys.
 */
function draw(
  options: PlotOptions,
  attributes: Readonly<Record<string, readonly Record<string, string | undefined>[]>>,
): Html {
  const figure = plot({ ...options, document }) as Element;
  figure.setAttribute('aria-hidden', 'true');
  for (const [selector, list] of Object.entries(attributes)) {
    for (const [index, element] of [...figure.querySelectorAll(selector)].entries())
      for (const [name, value] of Object.entries(list[index] ?? {}))
        if (value !== undefined) element.setAttribute(name, value);
  }
  return raw(figure.outerHTML);
}
