import { TidingsError } from '@tidings/server/kit';

/** How far ahead a client's clock may be: local time that was taken for UTC is up to 14 hours off. */
const MAX_AHEAD = 24 * 60 * 60 * 1000;

/**
 * When a message was written, as its client claims: never later than now, since it has been written.
 *
 * A claim that cannot be true is refused and not put right: a phone that believes in 1970 or 2099 should be told, and
 * keeps the message until it knows the time.
 *
 * @param claim ISO 8601, or milliseconds since 1970-01-01 UTC
 * @param now milliseconds since 1970-01-01 UTC
 * @param maxAge how long ago it may be, milliseconds
 * @throws TidingsError `invalid_request`
 */
export function readSentAt(claim: string | number | undefined, now: number, maxAge: number): number {
  if (claim === undefined) return now;
  const time = typeof claim === 'number' ? claim : parse(claim);
  if (!Number.isFinite(time))
    throw new TidingsError('invalid_request', 'The "timestamp" is no time (ISO 8601, or milliseconds).');
  if (time > now + MAX_AHEAD)
    throw new TidingsError('invalid_request', 'The "timestamp" is in the future: check the device’s clock.');
  if (time < now - maxAge)
    throw new TidingsError('invalid_request', 'The "timestamp" is too long ago: check the device’s clock.');
  return Math.min(Math.trunc(time), now);
}

/** ISO 8601 alone: what else `Date` takes means different times on different machines. */
function parse(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
