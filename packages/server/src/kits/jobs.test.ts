import { expect, it } from 'vitest';
import { ManualClock } from '../core/testing/manual-clock.ts';
import { Jobs } from './jobs.ts';

const DAY = 24 * 60 * 60 * 1000;

it('waits for a turn that is further away than a timer of Node can be', () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const waits: number[] = [];
  const recording = {
    now: clock.now,
    every: clock.every.bind(clock),
    after(ms: number, callback: () => void) {
      waits.push(ms);
      return clock.after(ms, callback);
    },
  };
  const runs: string[] = [];
  const yearly = {
    name: 'yearly',
    schedule: '0 12 1 7 *',
    run: () => void runs.push(new Date(clock.now()).toISOString()),
  };
  const jobs = new Jobs([yearly], { clock: recording, onError: () => {} });
  jobs.start();
  clock.advance(181 * DAY);
  expect(runs).toEqual([]);
  clock.advance(DAY);
  expect(runs).toEqual(['2026-07-01T12:00:00.000Z']);
  expect(Math.max(...waits)).toBeLessThan(2 ** 31);
});
