import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waitAfter } from './backoff.ts';

test('a wait doubles, up to the longest, and is a quarter shorter or longer at most', () => {
  const backoff = { first: 1000, longest: 60_000 };
  expect([1, 2, 3, 7, 1000].map((attempts) => waitAfter(attempts, backoff, () => 0.5))).toEqual([
    1000, 2000, 4000, 60_000, 60_000,
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (attempts) => {
      const middle = waitAfter(attempts, backoff, () => 0.5);
      const wait = waitAfter(attempts, backoff);
      expect(wait).toBeGreaterThanOrEqual(middle * 0.75);
      expect(wait).toBeLessThanOrEqual(middle * 1.25);
    }),
  );
});
