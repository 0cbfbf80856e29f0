const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

// So few digits that its sum with a time is within the range of a Date.
const durationForm = /^(\d{1,7})([smhd])$/;

/** Milliseconds of a duration such as 90s, 30m, 24h or 7d; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = durationForm.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * units[unit as keyof typeof units];
}

/** A duration in the largest unit that writes it in whole numbers. */
export function formatDuration(milliseconds: number): string {
  const [unit, size] = Object.entries(units).findLast(([, size]) => milliseconds % size === 0) ?? ['s', units.s];
  return `${Math.round(milliseconds / size)}${unit}`;
}

/** How long ago a time was, as a person would say it. */
export function formatAge(time: Date, now: Date): string {
  return formatSpan(now.getTime() - time.getTime());
}

/** How long a time of so many milliseconds is, in the same words. */
export function formatSpan(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / units.m);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60 / 24)} d`;
}

/** A time to the minute, for people who plan by it. */
export function formatMinute(time: Date): string {
  return time.toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
}

/** A day, as it is written. */
export function formatDay(time: Date | number): string {
  return new Date(time).toISOString().slice(0, 10);
}
