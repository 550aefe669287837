import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecoveryRecord, RecoveryStore } from './recovery-store.ts';

const NOW = Date.UTC(2026, 0, 1);

function record(over: Partial<RecoveryRecord> = {}): RecoveryRecord {
  return {
    pid: 'pid-1',
    id: 'session-1',
    identity: {
      user: 'alice',
      grants: [{ pattern: 'room:*', rights: ['subscribe'] }],
      expiresAt: NOW + 1000,
      tokenId: undefined,
      issuedAt: NOW,
      claims: { sub: 'alice' },
    },
    channels: [{ channel: 'room:1', from: 7_000_000_000_000_001, byRight: true }],
    leftAt: undefined,
    ...over,
  };
}

/** What every `RecoveryStore` holds. @param setUp gives what makes a store; each it makes stands on the same data. */
export function runRecoveryStoreSuite(
  name: string,
  setUp: () => () => RecoveryStore,
  survives: boolean,
): void {
  describe(`${name} is a recovery store`, () => {
    let create: () => RecoveryStore;
    let store: RecoveryStore;
    beforeEach(async () => {
      create = setUp();
      store = create();
      await store.open(NOW);
    });
    afterEach(() => store.close());

    it('gives back what was saved, whole', async () => {
      await store.save([record(), record({ pid: 'pid-2', id: 'session-2', leftAt: NOW, channels: [] })]);
      expect(await store.load('pid-1')).toEqual(record());
      expect(await store.load('pid-2')).toEqual(
        record({ pid: 'pid-2', id: 'session-2', leftAt: NOW, channels: [] }),
      );
      expect(await store.load('pid-3')).toBeUndefined();
    });

    it('keeps the newest record of a pid, also of one batch', async () => {
      await store.save([record()]);
      await store.save([record({ id: 'older' }), record({ id: 'newer' })]);
      expect(await store.load('pid-1')).toEqual(record({ id: 'newer' }));
    });

    it('deletes', async () => {
      await store.save([record(), record({ pid: 'pid-2' })]);
      await store.delete(['pid-1', 'pid-3']);
      expect(await store.load('pid-1')).toBeUndefined();
      expect(await store.load('pid-2')).toBeDefined();
    });

    it('sweeps who left before, and nobody who is there', async () => {
      await store.save([
        record({ pid: 'here' }),
        record({ pid: 'old', leftAt: NOW - 1 }),
        record({ pid: 'new', leftAt: NOW }),
      ]);
      await store.sweep(NOW);
      expect(await store.load('here')).toBeDefined();
      expect(await store.load('old')).toBeUndefined();
      expect(await store.load('new')).toBeDefined();
    });

    if (!survives) return;
    it('takes whom a process before did not see leave as having left now', async () => {
      await store.save([record({ pid: 'here' }), record({ pid: 'gone', leftAt: NOW - 5 })]);
      await store.close();
      store = create();
      await store.open(NOW + 1000);
      expect((await store.load('here'))?.leftAt).toBe(NOW + 1000);
      expect((await store.load('gone'))?.leftAt).toBe(NOW - 5);
    });
  });
}
