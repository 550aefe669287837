import { expect, it } from 'vitest';
import { retryDelay } from './retry-delay.ts';

it('backs off with full jitter, up to ten seconds', () => {
  const longest = () => 1;
  expect([0, 1, 2].map((attempt) => retryDelay(attempt, undefined, longest))).toEqual([500, 750, 1250]);
  expect(retryDelay(30, undefined, longest)).toBe(10_250);
  expect(retryDelay(30, undefined, () => 0)).toBe(250);
});

it('waits as long as the server asks', () => {
  expect(retryDelay(5, 1234)).toBe(1234);
});
