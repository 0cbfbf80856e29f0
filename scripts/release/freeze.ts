import { z } from 'zod';
import { instant, line } from './shape.ts';

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

// The weeks for which a weekly freeze is compared with others: in a year all clocks are put forward and back.
const comparedWeeks = 53;

const weekTime = z
  .string()
  .regex(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):[0-5]\d$/, 'must be a day and a time, such as Fri 16:00');

const zone = z.string().refine(isZone, 'must be a time zone such as Europe/Berlin');

const weekShape = z
  .strictObject({ from: weekTime, to: weekTime, zone })
  .refine(({ from, to }) => from !== to, 'the freeze ends when it starts');

/** A window of each week, by the clocks of a time zone. */
type Week = z.infer<typeof weekShape>;

/** A freeze as the flow writes it: one window, or one of each week. */
export const freezeShape = z
  .strictObject({
    environments: z.array(z.string()).min(1),
    from: instant.optional(),
    to: instant.optional(),
    every: weekShape.optional(),
    reason: line,
  })
  .transform(({ environments, from, to, every, reason }, context): Freeze => {
    if (every && !from && !to) return { environments, reason, every };
    if (from && to && !every) {
      if (to <= from) context.addIssue({ code: 'custom', path: ['to'], message: 'the freeze ends before it starts' });
      return { environments, reason, from, to };
    }
    context.addIssue('a freeze must have "from" and "to", or "every", and not both');
    return z.NEVER;
  });

export type Freeze = { environments: string[]; reason: string } & (Span | { every: Week });

/** A span of time, without its end. */
export interface Span {
  from: Date;
  to: Date;
}

/** A time for which an environment takes no delivery. */
export interface Window extends Span {
  reason: string;
}

/** The window of a freeze that a moment lies in, if any. */
export function findWindow(freeze: Freeze, now: Date): Window | undefined {
  const { from, to } = 'every' in freeze ? spanOf(freeze.every, timeIn(freeze.every, now)) : freeze;
  return from <= now && now < to ? { from, to, reason: freeze.reason } : undefined;
}

/** The windows of a freeze that are not over at a moment; of a weekly one, those of the next year. */
export function listSpans(freeze: Freeze, now: Date): Span[] {
  if (!('every' in freeze)) return freeze.to > now ? [freeze] : [];
  const present = timeIn(freeze.every, now);
  const weeks = Array.from({ length: comparedWeeks }, (_, weeks) => spanOf(freeze.every, present.add({ weeks })));
  return weeks.filter(({ to }) => to > now);
}

/** When a freeze is, as a person would say it. */
export function describeFreeze(freeze: Freeze): string {
  if (!('every' in freeze)) return `${freeze.from.toISOString()} to ${freeze.to.toISOString()}`;
  const { from, to, zone } = freeze.every;
  return `${from} to ${to} in ${zone}`;
}

/** The window of a week that began last: from the first of two equal times, where clocks are put back, to the second. */
function spanOf({ from, to, zone }: Week, present: Temporal.ZonedDateTime): Span {
  const [start, end] = [timeOf(from), timeOf(to)];
  const length = (end.day - start.day + 7) % 7 || (end.time > start.time ? 0 : 7);
  const today = present.toPlainDate();
  const begins = (date: Temporal.PlainDate) => instantOf(date, start.time, zone, 'earlier');
  const day = today.subtract({ days: (today.dayOfWeek - start.day + 7) % 7 });
  const date = begins(day).getTime() > present.epochMilliseconds ? day.subtract({ days: 7 }) : day;
  return { from: begins(date), to: instantOf(date.add({ days: length }), end.time, zone, 'later') };
}

function timeIn({ zone }: Week, now: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone);
}

function timeOf(text: string): { day: number; time: string } {
  const [day = '', time = ''] = text.split(' ');
  return { day: days.findIndex((name) => name === day) + 1, time };
}

/** The moment of a time; of one that is left out where clocks are put forward, it is when they are. */
function instantOf(date: Temporal.PlainDate, time: string, zone: string, disambiguation: 'earlier' | 'later'): Date {
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time));
  const found = local.toZonedDateTime(zone, { disambiguation });
  const isThere = found.toPlainDateTime().equals(local);
  // Before the gap, as long as the time is after its start.
  const before = isThere ? undefined : local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  return new Date((before?.getTimeZoneTransition('next') ?? found).epochMilliseconds);
}

function isZone(text: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
