import { expect, onTestFinished, test } from 'vitest';
import { MemoryPresenceStore } from '../../brokers/memory/memory-presence-store.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { type PresenceChange, Roster } from './roster.ts';

test('a user who moves to another node is there at last, though what the first tells comes late', async () => {
  const store = new MemoryPresenceStore();
  const clock = new ManualClock();
  const told: string[] = [];
  const slow = Promise.withResolvers<void>();
  const start = (node: string, tell: (change: PresenceChange) => Promise<unknown>) => {
    const roster = new Roster({
      store,
      clock,
      node,
      ttl: 60_000,
      grace: 0,
      tell,
      onError: (error) => {
        throw error;
      },
    });
    onTestFinished(() => roster.close());
    return roster;
  };
  const a = start('a', async ({ event }) => {
    if (event === 'leave') await slow.promise;
    told.push(`a: ${event}`);
  });
  const b = start('b', async ({ event }) => told.push(`b: ${event}`));

  a.arrive('room:1', 'alice', undefined);
  await expect.poll(() => told).toEqual(['a: join']);
  a.depart('room:1', 'alice');
  await expect.poll(() => store.list('room:1')).toEqual([]);
  b.arrive('room:1', 'alice', { name: 'Alice' });
  await expect.poll(() => told).toEqual(['a: join', 'b: join']);
  slow.resolve();
  await expect.poll(() => told).toEqual(['a: join', 'b: join', 'a: leave', 'a: join']);
});
