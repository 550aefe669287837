import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxEntry, OutboxStore } from './outbox-store.ts';

/** What the suite needs of an implementation. */
export interface OutboxStoreSetup {
  /** Opens a store on the same place each time it is called. */
  open(): OutboxStore | Promise<OutboxStore>;
  /** Ends a store as if its process were killed. */
  kill(store: OutboxStore): void | Promise<void>;
  /** Takes everything down. */
  tearDown?(): void | Promise<void>;
}

function entry(key: string, over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    key,
    message: { type: 'command', name: 'send', data: { text: `“${key}” ✓`, nested: [1, null] }, key },
    created: 1_767_225_600_000,
    user: 'alice',
    ...over,
  };
}

/** What every `OutboxStore` that outlives its process holds. */
export function runOutboxStoreSuite(
  name: string,
  setUp: () => OutboxStoreSetup | Promise<OutboxStoreSetup>,
): void {
  describe(`${name} is an outbox store`, () => {
    let setup: OutboxStoreSetup;
    let store: OutboxStore;
    beforeEach(async () => {
      setup = await setUp();
      store = await setup.open();
    });
    afterEach(async () => {
      await store.close().catch(() => {});
      await setup.tearDown?.();
    });

    const revive = async () => {
      await setup.kill(store);
      store = await setup.open();
      return store.adopt();
    };

    it('begins empty', async () => {
      expect(await store.adopt()).toEqual([]);
    });

    it('gives back after a kill what was added, whole and in order', async () => {
      await store.adopt();
      const entries = [
        entry('z'),
        entry('a', { user: undefined }),
        entry('m', {
          message: { type: 'publish', channel: 'room:1', event: 'said', data: null, key: 'm', conflate: 'c' },
        }),
      ];
      for (const one of entries) await store.add(one);
      expect(await revive()).toEqual(entries);
    });

    it('forgets what was removed, also of an earlier life', async () => {
      await store.adopt();
      for (const key of ['a', 'b', 'c', 'd']) await store.add(entry(key));
      await store.remove(['b', 'none']);
      expect((await revive()).map(({ key }) => key)).toEqual(['a', 'c', 'd']);
      await store.remove(['a', 'd']);
      expect((await revive()).map(({ key }) => key)).toEqual(['c']);
    });

    it('adds after what an earlier life has left', async () => {
      await store.adopt();
      for (const key of ['a', 'b']) await store.add(entry(key));
      await revive();
      await store.add(entry('c'));
      expect((await revive()).map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    });

    it('keeps a key once, also one that an earlier life has kept', async () => {
      await store.adopt();
      await store.add(entry('a'));
      await revive();
      await store.add(entry('a'));
      expect((await revive()).map(({ key }) => key)).toEqual(['a']);
      await store.add(entry('a'));
      await store.remove(['a']);
      expect(await revive()).toEqual([]);
    });

    it('gives what an earlier life has left also when it was not asked first', async () => {
      await store.adopt();
      for (const key of ['a', 'b']) await store.add(entry(key));
      await setup.kill(store);
      store = await setup.open();
      await store.add(entry('c'));
      await store.remove(['a']);
      expect((await store.adopt()).map(({ key }) => key)).toEqual(['b']);
      expect((await revive()).map(({ key }) => key)).toEqual(['b', 'c']);
    });

    it('never gives what is its own', async () => {
      await store.adopt();
      await store.add(entry('a'));
      expect(await store.adopt()).toEqual([]);
    });

    it('gives nothing twice', async () => {
      await store.adopt();
      await store.add(entry('a'));
      expect(await revive()).toHaveLength(1);
      expect(await store.adopt()).toEqual([]);
    });
  });
}
