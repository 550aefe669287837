/** What a stranger may have us wait at most, milliseconds: a day. */
const LONGEST_WAIT = 86_400_000;

/**
 * Reads the header `Retry-After` (RFC 9110, 10.2.3): seconds or a date.
 *
 * @returns milliseconds from now, a day at most; nothing when there is no such header, or none that can be read.
 */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  // A date begins with the name of its day; Date.parse takes much else.
  const date = /^[A-Z]/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : date - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_WAIT, Math.max(0, ms));
}
