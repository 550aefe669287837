import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

test('lets a burst through, then one each interval', () => {
  const pace = new Pace({ perSecond: 10, burst: 3 });
  expect([0, 0, 0, 0].map(() => pace.take(1000))).toEqual([0, 0, 0, 100]);
  expect(pace.take(1099)).toBe(1);
  expect(pace.take(1100)).toBe(0);
  expect(pace.take(1100)).toBe(100);
  expect([0, 0, 0, 0].map(() => pace.take(60_000))).toEqual([0, 0, 0, 100]);
});

test('a refusal costs nothing', () => {
  const pace = new Pace({ perSecond: 1, burst: 1 });
  pace.take(0);
  for (let count = 0; count < 1000; count += 1) expect(pace.take(500)).toBe(500);
  expect(pace.take(1000)).toBe(0);
});

test('a burst of less than one is one', () => {
  const pace = new Pace({ perSecond: 1, burst: 0 });
  expect([pace.take(0), pace.take(0)]).toEqual([0, 1000]);
});

test('a clock that was set back an hour refuses nobody for an hour', () => {
  const pace = new Pace({ perSecond: 1, burst: 2 });
  const now = 10 * 3_600_000;
  while (pace.take(now) === 0);
  const back = now - 3_600_000;
  expect(pace.take(back)).toBeLessThanOrEqual(1000);
  expect(pace.take(back + 1000)).toBe(0);
});

test('never lets more through than burst and rate allow, and the wait it names is enough and needed', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 10 }),
      steps,
      (perSecond, burst, gaps) => {
        const pace = new Pace({ perSecond, burst });
        const taken: number[] = [];
        let now = 1_000_000;
        for (const gap of gaps) {
          now += gap;
          const wait = pace.take(now);
          if (wait === 0) taken.push(now);
          else {
            expect(wait).toBeLessThanOrEqual(Math.ceil(1000 / perSecond));
            if (wait > 1) expect(pace.take(now + wait - 1.001)).toBeGreaterThan(0);
            now += wait;
            expect(pace.take(now)).toBe(0);
            taken.push(now);
          }
        }
        for (const [index, from] of taken.entries()) {
          for (const [further, to] of taken.slice(index).entries())
            expect(further + 1).toBeLessThanOrEqual(burst + ((to - from) * perSecond) / 1000 + 1e-6);
        }
      },
    ),
  );
});
