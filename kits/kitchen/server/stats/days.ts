const DAY = 24 * 60 * 60 * 1000;

/** The day of a time, in days since 1970-01-01 UTC. @param at milliseconds. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY);
}

/** A day as people write it: `2026-11-20`. */
export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 'YYYY-MM-DD'.length);
}
