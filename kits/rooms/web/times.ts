/**
 * Moments as a chat writes them.
 *
 * @module
 */
import type { Language } from '../../shared/web/languages.ts';

const DAY = 86_400_000;

const clocks = new Map<Language, Intl.DateTimeFormat>();

/** The time of day. @param at milliseconds since 1970-01-01 UTC */
export function clockText(at: number, language: Language): string {
  const format = clocks.get(language) ?? new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  clocks.set(language, format);
  return format.format(at);
}

/** The day: today, yesterday, or its date. @param at, now milliseconds since 1970-01-01 UTC */
export function dayText(at: number, language: Language, now = Date.now()): string {
  const days = Math.round((new Date(at).setHours(12, 0, 0, 0) - new Date(now).setHours(12, 0, 0, 0)) / DAY);
  if (days === 0 || days === -1)
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day');
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** The time of a day that is today's, else its date, both short. @param at, now milliseconds since 1970-01-01 UTC */
export function briefText(at: number, language: Language, now = Date.now()): string {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return clockText(at, language);
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }).format(at);
}
