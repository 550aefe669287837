import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSentAt } from './sent-at.ts';

const NOW = Date.UTC(2026, 10, 20, 8);
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const read = (claim: string | number | undefined) => readSentAt(claim, NOW, 30 * DAY);

test('a claim that can be true is kept', () => {
  expect(read(undefined)).toBe(NOW);
  expect(read('2026-11-20T07:00:00.500Z')).toBe(NOW - HOUR + 500);
  expect(read('2026-11-20T10:00:00+03:00')).toBe(NOW - HOUR);
  expect(read('2026-11-20T10:00:00+0300')).toBe(NOW - HOUR);
  expect(read(NOW - DAY)).toBe(NOW - DAY);
});

test('a clock that is ahead says now', () => {
  expect(read(NOW + 14 * HOUR)).toBe(NOW);
});

test('what cannot be true, or is no time, is refused', () => {
  for (const claim of [
    0,
    '1970-01-01T00:00:00Z',
    '2099-01-01T00:00:00Z',
    NOW + 2 * DAY,
    NOW - 31 * DAY,
    '20 November 2026',
    '2026-11-20',
    '2026-13-40T00:00:00Z',
    'now',
    Number.NaN,
    1e300,
  ])
    expect(() => read(claim), String(claim)).toThrow(/"timestamp"/);
});

test('whatever is claimed, what is kept is a whole time that has been, or nothing is', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.double(),
        fc.date().map((date) => date.getTime()),
      ),
      (claim) => {
        try {
          const time = read(claim);
          expect(Number.isInteger(time)).toBe(true);
          expect(time).toBeLessThanOrEqual(NOW);
          expect(time).toBeGreaterThanOrEqual(NOW - 30 * DAY);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' });
        }
      },
    ),
  );
});
