import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RecoveryStore } from '../packages/server/src/core/ports/recovery-store.ts';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { RecoveringListener, TICK } from './support/recovering-listener.ts';
import { startSocketIOServer } from './support/start-socketio.ts';

describe('the store', () => {
  it('has a subscription before its answer is sent', async () => {
    let open = () => {};
    let saving = Promise.resolve();
    const server = await startSocketIOServer({
      recovery: (store) => gate(store, () => saving),
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    await expect.poll(() => typeof Reflect.get(listener.socket, '_lastOffset')).toBe('string');
    saving = new Promise((resolve) => {
      open = resolve;
    });
    let answered = false;
    const answer = listener.subscribe('durable:1').then(() => {
      answered = true;
    });
    await expect.poll(() => server.core.hub.channels.get('durable:1')?.live.size).toBe(1);
    await server.publish('durable:1', TICK);
    await tick();
    expect(answered).toBe(false);
    expect(listener.heard).toEqual([]);
    open();
    await answer;
    await expect.poll(() => listener.heard.length).toBe(1);
    expect(listener.faults).toEqual([]);
  });

  it('that fails costs recovery until it works again, and nothing else', async () => {
    const clock = new ManualClock();
    let broken = false;
    const server = await startSocketIOServer({
      clock,
      recovery: (store) =>
        gate(store, async () => {
          if (broken) throw new Error('the disk is full');
        }),
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    await listener.subscribe('durable:1');
    broken = true;
    // What is on disk knows nothing of this one.
    await listener.subscribe('durable:2');
    expect(server.errors).not.toEqual([]);
    await listener.cut();
    expect(listener.recovered).toEqual([false, false]);
    await listener.subscribe('durable:1');
    broken = false;
    clock.advance(1000);
    await listener.cut();
    expect(listener.recovered).toEqual([false, false, true]);
  });
});

/** A store that waits before it saves. */
function gate(store: RecoveryStore, before: () => Promise<void>): RecoveryStore {
  return {
    open: (now) => store.open(now),
    load: (pid) => store.load(pid),
    delete: (pids) => store.delete(pids),
    sweep: (moment) => store.sweep(moment),
    close: () => store.close(),
    async save(records) {
      await before();
      await store.save(records);
    },
  };
}
