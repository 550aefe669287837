import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTo, type Happening, scoreOf } from './popularity.ts';

const NOW = Date.UTC(2026, 10, 20);
const DAY = 24 * 60 * 60 * 1000;

const happening = fc.record({
  weight: fc.integer({ min: 1, max: 1000 }),
  at: fc.integer({ min: NOW - 10 * DAY, max: NOW }),
});
const levelOf = (happenings: readonly Happening[]) =>
  happenings.reduce<number | undefined>((level, next) => addTo(level, next), undefined) ?? Number.NaN;
const naive = (happenings: readonly Happening[], now: number) =>
  happenings.reduce((sum, { weight, at }) => sum + weight * 2 ** ((at - now) / DAY), 0);

describe('popularity', () => {
  it('is the sum of what has happened, of which a day later half is left', () => {
    const level = levelOf([{ weight: 10, at: NOW }]);
    expect(scoreOf(level, NOW)).toBeCloseTo(10);
    expect(scoreOf(level, NOW + DAY)).toBeCloseTo(5);
    expect(scoreOf(addTo(level, { weight: 1, at: NOW + DAY }), NOW + DAY)).toBeCloseTo(6);
  });

  it('comes out the same in whichever order things happened', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 50 }), (happenings) => {
        const expected = naive(happenings, NOW);
        expect(scoreOf(levelOf(happenings), NOW) / expected).toBeCloseTo(1, 6);
        expect(scoreOf(levelOf(happenings.toReversed()), NOW) / expected).toBeCloseTo(1, 6);
      }),
    );
  });

  it('ranks the same years later', () => {
    const much = fc.array(happening, { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(much, much, (one, other) => {
        const [a, b] = [naive(one, NOW), naive(other, NOW)];
        fc.pre(Math.abs(a - b) > 1e-6 * Math.max(a, b));
        expect(levelOf(one) > levelOf(other)).toBe(a > b);
      }),
    );
  });
});
