import type { Language } from '../../../shared/web/languages.ts';

const DAY = 86_400_000;

/** Days from one date to another. @param from, to `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/** How urgent a thing is: past its last good day, to be used in these days, good for longer, or of no date. */
export type Urgency = 'past' | 'soon' | 'later' | 'none';

/** Days before its last good one from which on a thing is to be used. */
const SOON = 3;

/** How urgent a thing is. @param left days that it is still good; `undefined` has no date. */
export function urgencyOf(left: number | undefined): Urgency {
  if (left === undefined) return 'none';
  if (left < 0) return 'past';
  return left <= SOON ? 'soon' : 'later';
}

/** From here on the date says more than the number of days. */
const FAR = 14;

/** A last good day in words: "today", "in 3 days", "2 days ago", or its date when that is far. */
export function dayText(date: string, today: string, language: Language): string {
  const left = daysBetween(today, date);
  if (Math.abs(left) <= FAR)
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(left, 'day');
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  return format.format(Date.parse(`${date}T00:00:00Z`));
}
