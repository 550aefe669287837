import { expect, it } from 'vitest';
import { daysOf, shiftWeek, weekOf } from './weeks.ts';

it.each([
  ['2026-11-20', '2026-W47'],
  ['2027-01-03', '2026-W53'],
  ['2027-01-04', '2027-W01'],
  ['2024-12-30', '2025-W01'],
])('puts %s into %s', (day, week) => {
  expect(weekOf(day)).toBe(week);
  expect(daysOf(week)).toContain(day);
});

it('gives the days of a week, Monday first', () => {
  expect(daysOf('2026-W47')).toEqual(
    ['16', '17', '18', '19', '20', '21', '22'].map((day) => `2026-11-${day}`),
  );
});

it('goes on and back across years', () => {
  expect(shiftWeek('2026-W53', 1)).toBe('2027-W01');
  expect(shiftWeek('2027-W01', -1)).toBe('2026-W53');
});
