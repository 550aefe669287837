import { expect, it } from 'vitest';
import { ManualClock, settle } from '../testing/manual-clock.ts';
import { Batcher } from './batcher.ts';

function start(size: number, interval: number) {
  const clock = new ManualClock();
  const sent: (readonly number[])[] = [];
  return {
    clock,
    sent,
    batcher: new Batcher<number>({ clock, size, interval, send: (items) => sent.push(items) }),
  };
}

it('gathers what is said in one tick', async () => {
  const { batcher, sent } = start(100, 0);
  batcher.add(1, false);
  batcher.add(2, false);
  expect(sent).toEqual([]);
  await settle();
  batcher.add(3, false);
  await settle();
  expect(sent).toEqual([[1, 2], [3]]);
});

it('waits for ten or a second, whichever comes first', async () => {
  const { batcher, sent, clock } = start(10, 1000);
  for (let n = 0; n < 12; n += 1) batcher.add(n, false);
  expect(sent).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  await clock.advance(999);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent[1]).toEqual([10, 11]);
});

it('lets what is urgent take everything along', async () => {
  const { batcher, sent } = start(10, 1000);
  batcher.add(1, false);
  batcher.add(2, true);
  await settle();
  expect(sent).toEqual([[1, 2]]);
});

it('forgets what it had for a connection that is gone', async () => {
  const { batcher, sent, clock } = start(10, 1000);
  batcher.add(1, false);
  batcher.clear();
  await clock.advance(5000);
  expect(sent).toEqual([]);
  expect(clock.timers).toBe(0);
});
