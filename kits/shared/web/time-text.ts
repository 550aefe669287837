import type { Language } from './languages.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From here on the date says more than the distance. */
const LONG_AGO = 7 * DAY;

/** How long ago something was: "3 minutes ago", or its date. @param at, now Milliseconds since 1970-01-01 UTC. */
export function agoText(at: number, language: Language, now = Date.now()): string {
  const seconds = Math.round((at - now) / 1000);
  const distance = Math.abs(seconds);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (distance < MINUTE) return relative.format(0, 'second');
  if (distance < HOUR) return relative.format(Math.trunc(seconds / MINUTE), 'minute');
  if (distance < DAY) return relative.format(Math.trunc(seconds / HOUR), 'hour');
  if (distance < LONG_AGO) return relative.format(Math.trunc(seconds / DAY), 'day');
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at);
}

/** The time of day, and the date when it is not today's. @param at, now Milliseconds since 1970-01-01 UTC. */
export function timeText(at: number, language: Language, now = Date.now()): string {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    language,
    today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(at);
}
