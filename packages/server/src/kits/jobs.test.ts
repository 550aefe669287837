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

it('runs only the turns that it is given, and gives them back', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const calls: string[] = [];
  const turns = {
    async take(job: string, due: number) {
      const second = new Date(due).getUTCSeconds();
      calls.push(`${job} ${second}`);
      return second === 2 ? undefined : async () => void calls.push(`done ${second}`);
    },
  };
  const each = { name: 'each', schedule: '* * * * * *', run: () => void calls.push('run') };
  const everywhere = {
    ...each,
    name: 'everywhere',
    everywhere: true,
    run: () => void calls.push('everywhere'),
  };
  const jobs = new Jobs([each, everywhere], { clock, turns, onError: () => {} });
  jobs.start();
  for (let second = 1; second <= 3; second += 1) {
    clock.advance(1000);
    await expect.poll(() => clock.timers).toBe(2);
  }
  expect(calls.filter((call) => call === 'everywhere')).toHaveLength(3);
  expect(calls.filter((call) => call !== 'everywhere')).toEqual([
    'each 1',
    'run',
    'done 1',
    'each 2',
    'each 3',
    'run',
    'done 3',
  ]);
  await jobs.stop();
});
