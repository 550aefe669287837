import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, isDate, localTime, sinceMorning } from './local-time.ts';

const at = (moment: string) => Date.parse(moment);

describe('localTime', () => {
  it.each([
    ['2026-11-20T23:59:59Z', 'UTC', '2026-11-20', 1439],
    ['2026-11-20T23:59:59Z', 'Europe/Istanbul', '2026-11-21', 179],
    ['2026-11-20T00:00:00Z', 'America/New_York', '2026-11-19', 1140],
    ['2026-11-20T02:30:00Z', 'Asia/Kolkata', '2026-11-20', 480],
    ['2026-11-20T10:15:00Z', 'Pacific/Chatham', '2026-11-21', 0],
    // The night in which clocks go back, before and after.
    ['2026-10-25T00:30:00Z', 'Europe/Kyiv', '2026-10-25', 210],
    ['2026-10-25T01:30:00Z', 'Europe/Kyiv', '2026-10-25', 210],
    ['2026-03-29T01:00:00Z', 'Europe/Kyiv', '2026-03-29', 240],
  ])('%s in %s', (moment, timezone, date, minutes) => {
    expect(localTime(at(moment), timezone)).toEqual({ date, minutes });
  });
});

it('the morning is this day’s, once it has come', () => {
  const morning = (moment: string) =>
    sinceMorning(at(moment), localTime(at(moment), 'Europe/Istanbul'), 8 * 60);
  expect(morning('2026-11-20T04:59:59Z')).toBeUndefined();
  expect(morning('2026-11-20T05:00:59Z')).toBe(at('2026-11-20T05:00:00Z'));
  expect(morning('2026-11-20T20:59:00Z')).toBe(at('2026-11-20T05:00:00Z'));
  expect(morning('2026-11-20T21:00:00Z')).toBeUndefined();
});

it.each([
  ['2026-02-28', true],
  ['2026-02-29', false],
  ['2028-02-29', true],
  ['2026-02-31', false],
  ['2026-13-01', false],
  ['2026-00-10', false],
  ['0000-01-01', true],
  ['9999-12-31', true],
  ['2026-1-1', false],
  ['2026-11-20T00:00', false],
  ['__proto__', false],
])('%s is a date: %s', (text, is) => {
  expect(isDate(text)).toBe(is);
});

it('days are counted over the ends of months and of summer time', () => {
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  expect(daysBetween('2026-11-20', '2026-11-18')).toBe(-2);
});
