import { expect, it } from 'vitest';
import { chartOf } from './chart-of.ts';

const HOUR = 3_600_000;
const now = Date.parse('2026-11-20T12:00:00Z');
const options = { step: HOUR, width: 100, height: 12, hours: 10, now };
const point = (hoursAgo: number, players: number, online = true) => ({
  at: new Date(now - hoursAgo * HOUR).toISOString(),
  players,
  online,
});

it('draws steps from the left to now, the most at the top', () => {
  const chart = chartOf([point(10, 0), point(9, 10)], options);
  expect(chart).toEqual({ most: 10, areas: ['M0 11L10 11L10 1L20 1V12H0Z'] });
});

it('leaves a hole where nothing is known, or the server was down', () => {
  const chart = chartOf([point(10, 5), point(9, 0, false), point(8, 5), point(2, 5)], options);
  expect(chart?.areas).toHaveLength(3);
});

it('draws nothing of nothing', () => {
  expect(chartOf([], options)).toBeUndefined();
  expect(chartOf([point(3, 0, false)], options)).toBeUndefined();
});
