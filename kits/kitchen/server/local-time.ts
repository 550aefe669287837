/**
 * Calendar dates and the time of day where somebody is. A date is `YYYY-MM-DD`; times are milliseconds since 1970-01-01 UTC.
 *
 * @module
 */

/** How a user's clock on the wall stands. */
export interface LocalTime {
  /** The date. */
  readonly date: string;
  /** Minutes since midnight. */
  readonly minutes: number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const MINUTES_OF_HOUR = 60;

/** What the clock shows in a time zone. @param timezone an IANA name. */
export function localTime(now: number, timezone: string): LocalTime {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '';
  return {
    date: `${of('year')}-${of('month')}-${of('day')}`,
    minutes: Number(of('hour')) * MINUTES_OF_HOUR + Number(of('minute')),
  };
}

/**
 * When this morning was; `undefined` while it is still to come. On the day that a clock is changed between the morning and
 * now it is an hour off.
 *
 * @param morning minutes since midnight.
 */
export function sinceMorning(now: number, { minutes }: LocalTime, morning: number): number | undefined {
  return minutes < morning ? undefined : now - (now % MINUTE) - (minutes - morning) * MINUTE;
}

/** Whether a text is a date that there is: 2026-02-31 is none. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && toDate(at) === text;
}

/** The date so many days later. */
export function addDays(date: string, days: number): string {
  return toDate(Date.parse(`${date}T00:00:00Z`) + days * DAY);
}

/** Days from one date to another; less than 0 when that was before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

function toDate(at: number): string {
  return new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
}
