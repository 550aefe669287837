import { expect, it } from 'vitest';
import { SharedRun } from './shared-run.ts';

it('is begun after each who asks, once for all who wait, and goes on after a failure', async () => {
  const runs: PromiseWithResolvers<number>[] = [];
  const shared = new SharedRun(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  const first = shared.run();
  await Promise.resolve();
  const later = [shared.run(), shared.run()];
  expect(runs).toHaveLength(1);
  runs[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => runs.length).toBe(2);
  runs[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2]);
  const last = shared.run();
  await expect.poll(() => runs.length).toBe(3);
  runs[2]?.resolve(3);
  expect(await last).toBe(3);
});
