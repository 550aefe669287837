/**
 * The places of a menu: weeks of ISO 8601, and in each a cell for every day and meal.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import { AnyId } from '../ids.ts';
import { addDays, localTime } from '../local-time.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const MEALS = ['breakfast', 'lunch', 'dinner', 'snack'] as const;

/** How far from now a menu may be. */
const DAYS_AROUND = 371;

const DAYS_OF_WEEK = 7;
const THURSDAY = 4;
const DAY = 86_400_000;

/** Where a cell is. */
export const Place = {
  group: AnyId,
  week: Type.String({ pattern: '^\\d{4}-W\\d{2}$', description: 'ISO 8601: 2026-W47.' }),
  cell: Type.String({
    pattern: `^(${DAYS.join('|')})-(${MEALS.join('|')})$`,
    description: 'Day and meal: mon-dinner.',
  }),
};

/** The week that a date is in. @param date `YYYY-MM-DD`. */
export function weekOf(date: string): string {
  // Its year is that of its Thursday.
  const at = new Date(`${date}T00:00:00Z`);
  const thursday = at.getTime() + (THURSDAY - (at.getUTCDay() || DAYS_OF_WEEK)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / DAY / DAYS_OF_WEEK) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** Refuses weeks that there are not, and those that are more than a year away. @throws TidingsError `invalid_request`. */
export function checkWeek(week: string, now: number): void {
  const { date: today } = localTime(now, 'UTC');
  const [year = '', number = ''] = week.split('-W');
  // The fourth of January is always in the first week.
  const inside = addDays(`${year}-01-04`, (Number(number) - 1) * DAYS_OF_WEEK);
  if (Number(number) < 1 || weekOf(inside) !== week)
    throw new TidingsError('invalid_request', `There is no week ${week}.`);
  if (inside < addDays(today, -DAYS_AROUND) || inside > addDays(today, DAYS_AROUND))
    throw new TidingsError('invalid_request', 'A menu is for a week within a year from now.');
}

/** The first week whose menu is kept. */
export function firstWeek(now: number): string {
  return weekOf(addDays(localTime(now, 'UTC').date, -2 * DAYS_AROUND));
}
