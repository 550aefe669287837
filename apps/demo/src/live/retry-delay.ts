const FIRST = 250;
const LONGEST = 10_000;

/**
 * How long to wait before coming back: full-jitter back-off, or what the server asked for.
 *
 * @param attempt Attempts that failed in a row, from 0.
 * @param retryAfter Milliseconds that the server asked for.
 * @returns Milliseconds.
 */
export function retryDelay(attempt: number, retryAfter?: number, random: () => number = Math.random): number {
  if (retryAfter !== undefined) return retryAfter;
  return FIRST + random() * Math.min(LONGEST, FIRST * 2 ** attempt);
}
