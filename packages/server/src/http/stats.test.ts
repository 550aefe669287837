import { expect, test } from 'vitest';
import { inWords } from './stats.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, '0s'],
  [999, '0s'],
  [42 * SECOND, '42s'],
  [MINUTE, '1m'],
  [7 * MINUTE + 59 * SECOND, '7m'],
  [HOUR, '1h 0m'],
  [3 * DAY + 4 * HOUR + 5 * MINUTE, '3d 4h 5m'],
  [10 * DAY + MINUTE, '10d 0h 1m'],
])('%i ms are %s', (milliseconds, words) => {
  expect(inWords(milliseconds)).toBe(words);
});
