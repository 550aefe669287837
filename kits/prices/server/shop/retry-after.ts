const SECOND = 1000;
const LONGEST = 24 * 60 * 60 * SECOND;

/**
 * Reads `Retry-After`: seconds, or a date.
 *
 * @returns Milliseconds from now, a day at most; undefined when it says nothing.
 */
export function readRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  // A date begins with its day; the runtime would read other texts as one, too.
  const date = /^[A-Z]/i.test(text) ? Date.parse(text) : Number.NaN;
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : date - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST);
}
