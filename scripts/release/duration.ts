const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** How a duration is written: digits and one unit. */
export const durationForm = /^(\d+)([smhd])$/;

/** Milliseconds of a duration such as 90s, 30m, 24h or 7d; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = durationForm.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * units[unit as keyof typeof units];
}
