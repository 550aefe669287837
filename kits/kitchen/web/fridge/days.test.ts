import { expect, it } from 'vitest';
import { daysBetween, dayText, urgencyOf } from './days.ts';

it('counts days across months, and where clocks are put back', () => {
  expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
  expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1);
});

it.each([
  [-1, 'past'],
  [0, 'soon'],
  [3, 'soon'],
  [4, 'later'],
  [undefined, 'none'],
])('knows how urgent %s days are', (left, urgency) => {
  expect(urgencyOf(left)).toBe(urgency);
});

it('says a day in words, and its date when it is far', () => {
  expect(dayText('2026-11-20', '2026-11-20', 'en')).toBe('today');
  expect(dayText('2026-11-21', '2026-11-20', 'ru')).toBe('завтра');
  expect(dayText('2026-11-17', '2026-11-20', 'tr')).toBe('3 gün önce');
  expect(dayText('2027-01-20', '2026-11-20', 'en')).toBe('Jan 20, 2027');
});
