import fc from 'fast-check';
import { expect, it } from 'vitest';
import { delayOf } from './backoff.ts';

it('doubles its limit up to the greatest, and takes anything below it', () => {
  const limits = [0, 1, 2, 3, 10, 2000].map((level) =>
    delayOf(level, { initial: 500, max: 30_000, random: () => 1 }),
  );
  expect(limits).toEqual([500, 1000, 2000, 4000, 30_000, 30_000]);
  fc.assert(
    fc.property(fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }), (level, random) => {
      const delay = delayOf(level, { initial: 500, max: 30_000, random: () => random });
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(30_000);
    }),
  );
});
