/**
 * When a user may be told: quiet hours and digests, in the user's time zone.
 *
 * @module
 */
import { Cron } from 'croner';
import type { Preferences } from '../inbox/index.ts';

/** When quiet hours end in which a moment lies, milliseconds since 1970-01-01 UTC; `undefined` when it lies in none. */
export function quietUntil({ quietHours }: Preferences, timezone: string, now: number): number | undefined {
  if (!quietHours) return undefined;
  const { from, to } = quietHours;
  const time = timeOf(now, timezone);
  const quiet = from < to ? time >= from && time < to : time >= from || time < to;
  const [hour, minute] = to.split(':').map(Number);
  return quiet ? nextRun(`${minute} ${hour} * * *`, timezone, now) : undefined;
}

/** When the next digest goes out, milliseconds since 1970-01-01 UTC; `undefined` for who wants none. @param hour of a daily one. */
export function nextDigest(
  { digest = 'off', digestHour }: Preferences,
  timezone: string,
  now: number,
  hour: number,
): number | undefined {
  if (digest === 'off') return undefined;
  return nextRun(digest === 'hourly' ? '0 * * * *' : `0 ${digestHour ?? hour} * * *`, timezone, now);
}

/** The time of day as `HH:MM`. */
function timeOf(now: number, timezone: string): string {
  const style = { timeZone: timezone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-GB', style).format(now);
}

function nextRun(schedule: string, timezone: string, now: number): number | undefined {
  return new Cron(schedule, { timezone }).nextRun(new Date(now))?.getTime();
}
