/**
 * When commits count that came to a branch one after the other, oldest first, by the times that they claim: each no earlier
 * than the one before it, and no later than now. So a clock that is wrong makes nothing older than it is.
 */
export function countTimes(claimed: readonly Date[], now: Date): Date[] {
  let latest = 0;
  return claimed.map((time) => {
    latest = Math.max(latest, time.getTime());
    return new Date(Math.min(latest, now.getTime()));
  });
}
