import { expect, test } from 'vitest';
import { HostPace } from './host-pace.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function start() {
  const clock = { time: 0, now: () => clock.time };
  return { clock, pace: new HostPace({ clock, delay: 5000 }) };
}

test('one request at a time to a host, with a pause after it', () => {
  const { clock, pace } = start();
  expect(pace.take('a')).toBeUndefined();
  expect(pace.take('b')).toBeUndefined();
  clock.time = 60_000;
  // However long it takes.
  expect(pace.take('a')).toBe(60_001);
  pace.done('a');
  expect(pace.take('a')).toBeGreaterThanOrEqual(65_000);
  clock.time = 65_000;
  expect(pace.take('a')).toBeUndefined();
});

test('who has to wait is given a turn of his own', () => {
  const { pace } = start();
  pace.take('a');
  pace.done('a');
  expect([pace.take('a'), pace.take('a'), pace.take('a')]).toEqual([5000, 10_000, 15_000]);
});

test('the pause is the longer one, if robots.txt asks for it', () => {
  const { clock, pace } = start();
  pace.take('a');
  pace.done('a', 30_000);
  clock.time = 29_999;
  expect(pace.take('a')).toBe(30_000);
  clock.time = 30_000;
  expect(pace.take('a')).toBeUndefined();
});

test('a host that asks for patience is given it, twice as long each time, a day at most', () => {
  const { clock, pace } = start();
  const waits = Array.from({ length: 13 }, () => {
    expect(pace.take('a')).toBeUndefined();
    pace.refused('a', undefined);
    const began = clock.time;
    clock.time = pace.take('a') as number;
    return clock.time - began;
  });
  expect(waits.slice(0, 3)).toEqual([MINUTE, 2 * MINUTE, 4 * MINUTE]);
  expect(waits.at(-1)).toBe(DAY);
  expect(pace.take('a')).toBeUndefined();
  pace.refused('a', 7 * MINUTE);
  expect(pace.take('a')).toBe(clock.time + 7 * MINUTE);
});

test('patience is forgotten with the first answer', () => {
  const { clock, pace } = start();
  pace.take('a');
  pace.refused('a', undefined);
  clock.time = MINUTE;
  pace.take('a');
  pace.done('a');
  clock.time = 2 * MINUTE;
  pace.take('a');
  pace.refused('a', undefined);
  expect(pace.take('a')).toBe(3 * MINUTE);
});
