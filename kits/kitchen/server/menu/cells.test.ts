import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays } from '../local-time.ts';
import { checkWeek, weekOf } from './cells.ts';

it.each([
  ['2026-11-20', '2026-W47'],
  ['2026-01-01', '2026-W01'],
  ['2027-01-01', '2026-W53'],
  ['2027-01-04', '2027-W01'],
  ['2024-12-30', '2025-W01'],
  ['2023-01-01', '2022-W52'],
])('%s is in %s', (date, week) => {
  expect(weekOf(date)).toBe(week);
});

it('seven days on it is another week, and there is every week that a day is in', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 36_500 }), (days) => {
      const date = addDays('2000-01-01', days);
      expect(weekOf(addDays(date, 7)) > weekOf(date)).toBe(true);
      expect(() => checkWeek(weekOf(date), Date.parse(`${date}T12:00:00Z`))).not.toThrow();
    }),
  );
});
