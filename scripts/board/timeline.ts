import { formatDay } from '../release/duration.ts';
import { mondayOf } from '../release/metrics.ts';
import { idOf, type Event } from './events.ts';

// What a page can hold.
const mostEvents = 500;

/** The events of a time, and the page that has them. */
export interface Range {
  file: string;
  title: string;
  events: readonly Event[];
}

/** All events, oldest first, by months and by weeks, and what leads from one to another. */
export type Timeline = ReturnType<typeof createTimeline>;

/** Sorts events, oldest first, into the pages that show them. */
export function createTimeline(events: readonly Event[]) {
  const months = Map.groupBy(events, ({ since }) => formatDay(since).slice(0, 7));
  const weeks = [...Map.groupBy(events, ({ since }) => mondayOf(since))].flatMap(splitWeek);
  const pages = new Map(weeks.flatMap((range) => range.events.map((event) => [event, range])));
  const ways = Map.groupBy(events, ({ tag }) => tag);
  const files = new Set(weeks.map(({ file }) => file));
  const fileOf = (event: Event) => pages.get(event)?.file ?? '';
  return {
    months: [...months].map(([title, events]): Range => ({ file: `month-${title}.html`, title, events })),
    weeks,
    /** The pages that have events. */
    listWeeks: (events: readonly Event[]) => [...new Set(events.flatMap((event) => pages.get(event) ?? []))],
    fileOf,
    /** Where an event is on its page. */
    addressOf: (event: Event) => `${fileOf(event)}#${idOf(event)}`,
    /** The first page of a week; undefined where nothing happened. */
    findWeek: (monday: Date) => {
      const file = nameOf(monday, 0);
      return files.has(file) ? file : undefined;
    },
    /** Where the same release came next, and after the last place the first one; undefined for what came once. */
    findNext: (event: Event) => {
      const way = event.tag === undefined ? [] : (ways.get(event.tag) ?? []);
      return way.length > 1 ? way[(way.indexOf(event) + 1) % way.length] : undefined;
    },
  };
}

function splitWeek([monday, events]: readonly [number, readonly Event[]]): Range[] {
  const count = Math.ceil(events.length / mostEvents);
  return Array.from({ length: count }, (_, part) => ({
    file: nameOf(monday, part),
    title: `Week of ${formatDay(monday)}${count > 1 ? `, part ${part + 1} of ${count}` : ''}`,
    events: events.slice(part * mostEvents, (part + 1) * mostEvents),
  }));
}

function nameOf(monday: Date | number, part: number): string {
  return `week-${formatDay(monday)}${part > 0 ? `-${part + 1}` : ''}.html`;
}
