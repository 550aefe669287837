import { describe, expect, it } from 'vitest';
import { defineKit, type KitJob } from '../packages/server/src/kit.ts';
import { startKits } from './support/start-kits.ts';

describe('jobs of a kit', () => {
  /** A kit with one job, every minute; `ran` waits for its next run. */
  function withJob(run: KitJob['run'], schedule = '* * * * *') {
    return defineKit({ name: 'cron', jobs: [{ name: 'tick', schedule, run }] });
  }

  it('run when they are due, in UTC', async () => {
    const at: string[] = [];
    const { clock } = await startKits([
      withJob(({ clock: now }) => void at.push(new Date(now.now()).toISOString()), '30 2 2 1 *'),
    ]);
    clock.advance(2 * 24 * 60 * 60 * 1000);
    expect(at).toEqual(['2026-01-02T02:30:00.000Z']);
  });

  it('never overlap, and are waited for at the end', async () => {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const { clock, kits } = await startKits([
      withJob(() => {
        runs += 1;
        return gate.promise;
      }),
    ]);
    clock.advance(10 * 60_000);
    expect(runs).toBe(1);
    let stopped = false;
    const stop = kits[0]?.stop().then(() => {
      stopped = true;
    });
    await Promise.resolve();
    expect(stopped).toBe(false);
    gate.resolve();
    await stop;
    clock.advance(10 * 60_000);
    expect(runs).toBe(1);
  });

  it('may fail, and run again', async () => {
    const { clock, logged } = await startKits([
      withJob(() => {
        throw new Error('no luck');
      }),
    ]);
    const failures = () => logged.filter(({ msg }) => msg === 'a job failed');
    for (let run = 1; run <= 2; run += 1) {
      clock.advance(60_000);
      await expect.poll(failures).toHaveLength(run);
    }
    expect(failures()[0]).toMatchObject({ kit: 'cron', job: 'tick', err: { message: 'no luck' } });
  });
});
