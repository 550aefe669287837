/**
 * Weeks of ISO 8601, such as `2026-W47`, and the cells of a week's menu.
 *
 * @module
 */
const DAY = 86_400_000;
const DAYS_OF_WEEK = 7;
const THURSDAY = 4;

/** The days of a week, as cells name them. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** The meals of a day, as cells name them. */
export const MEALS = ['breakfast', 'lunch', 'dinner', 'snack'] as const;

/** A meal of a day. */
export type Meal = (typeof MEALS)[number];

/** The week that a day is in. @param day `YYYY-MM-DD`. */
export function weekOf(day: string): string {
  // Its year is that of its Thursday.
  const at = new Date(`${day}T00:00:00Z`);
  const thursday = at.getTime() + (THURSDAY - (at.getUTCDay() || DAYS_OF_WEEK)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / DAY / DAYS_OF_WEEK) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** The days of a week, Monday first, as `YYYY-MM-DD`. */
export function daysOf(week: string): readonly string[] {
  const monday = mondayOf(week);
  return DAYS.map((_, index) => dateOf(monday + index * DAY));
}

/** The week so many weeks later. */
export function shiftWeek(week: string, by: number): string {
  return weekOf(dateOf(mondayOf(week) + by * DAYS_OF_WEEK * DAY));
}

/** Today where the visitor is, `YYYY-MM-DD`. */
export function localDay(now: Date): string {
  return [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join('-');
}

function mondayOf(week: string): number {
  const [year = '', number = ''] = week.split('-W');
  // The fourth of January is always in the first week.
  const fourth = Date.UTC(Number(year), 0, 4);
  const weekday = new Date(fourth).getUTCDay() || DAYS_OF_WEEK;
  return fourth + ((Number(number) - 1) * DAYS_OF_WEEK - (weekday - 1)) * DAY;
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
