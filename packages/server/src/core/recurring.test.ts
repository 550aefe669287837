import { expect, test } from 'vitest';
import { Recurring } from './recurring.ts';
import { ManualClock } from './testing/manual-clock.ts';

test('is never done beside itself, goes on after a failure, and is waited for in the end', async () => {
  const clock = new ManualClock();
  const runs: PromiseWithResolvers<void>[] = [];
  const errors: unknown[] = [];
  const recurring = new Recurring({
    clock,
    interval: 1000,
    run() {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
    onError: (error) => errors.push(error),
  });
  clock.advance(3000);
  expect(runs).toHaveLength(1);
  runs[0]?.reject('The disk is full.');
  await Promise.allSettled([runs[0]?.promise]);
  await new Promise(setImmediate);
  expect(errors).toEqual(['The disk is full.']);
  clock.advance(1000);
  expect(runs).toHaveLength(2);
  let closed = false;
  const closing = recurring.close().then(() => {
    closed = true;
  });
  clock.advance(3000);
  await new Promise(setImmediate);
  expect([closed, runs.length]).toEqual([false, 2]);
  runs[1]?.resolve();
  await closing;
});
