import { beforeEach, describe, expect, it } from 'vitest';
import type { PresenceEntry, PresenceKey, PresenceStore } from './presence-store.ts';

const NOW = 1_000_000;
const UNTIL = NOW + 60_000;

function entry(over: Partial<PresenceEntry> = {}): PresenceEntry {
  return {
    channel: 'room:1',
    user: 'alice',
    node: 'a',
    sessions: 1,
    info: undefined,
    at: NOW,
    ...over,
  };
}

/** What every `PresenceStore` holds. */
export function runPresenceStoreSuite(
  name: string,
  create: () => PresenceStore | Promise<PresenceStore>,
): void {
  describe(`${name} is a presence store`, () => {
    let store: PresenceStore;
    beforeEach(async () => {
      store = await create();
    });

    it('tells one join and one leave of a user, however many nodes it is on', async () => {
      expect(await store.touch(entry(), UNTIL)).toBe(true);
      expect(await store.touch(entry({ sessions: 2 }), UNTIL)).toBe(false);
      expect(await store.touch(entry({ node: 'b' }), UNTIL)).toBe(false);
      expect(await store.leave(entry())).toBe(false);
      expect(await store.leave(entry())).toBe(false);
      expect(await store.leave(entry({ node: 'b' }))).toBe(true);
      expect(await store.leave(entry({ node: 'b' }))).toBe(false);
      expect(await store.list('room:1')).toEqual([]);
    });

    it('lists members in the order they came, with the sessions of all nodes', async () => {
      await store.touch(entry({ at: NOW, sessions: 2 }), UNTIL);
      await store.touch(entry({ user: 'bob', at: NOW + 1, info: { name: 'Bob' } }), UNTIL);
      await store.touch(entry({ node: 'b', at: NOW + 2 }), UNTIL);
      expect(await store.list('room:1')).toEqual([
        { user: 'alice', sessions: 3, since: NOW },
        { user: 'bob', sessions: 1, since: NOW + 1, info: { name: 'Bob' } },
      ]);
      expect(await store.list('room:2')).toEqual([]);
      expect(await store.find('room:1', 'alice')).toEqual({ user: 'alice', sessions: 3, since: NOW });
      expect(await store.find('room:1', 'carol')).toBeUndefined();
      expect(await store.find('room:2', 'alice')).toBeUndefined();
    });

    it('keeps a member of whom a node says 0 sessions', async () => {
      await store.touch(entry(), UNTIL);
      expect(await store.touch(entry({ sessions: 0 }), UNTIL)).toBe(false);
      expect(await store.list('room:1')).toEqual([{ user: 'alice', sessions: 1, since: NOW }]);
    });

    it('takes the newest info', async () => {
      await store.touch(entry({ info: 'old' }), UNTIL);
      await store.touch(entry({ info: 'new' }), UNTIL);
      expect(await store.list('room:1')).toMatchObject([{ info: 'new' }]);
    });

    it('keeps channels apart', async () => {
      expect(await store.touch(entry(), UNTIL)).toBe(true);
      expect(await store.touch(entry({ channel: 'room:2' }), UNTIL)).toBe(true);
      expect(await store.leave(entry())).toBe(true);
      expect(await store.list('room:2')).toHaveLength(1);
    });

    it('reports what a node said once its lease has run out, until it is taken back', async () => {
      await store.touch(entry(), UNTIL);
      await store.touch(entry({ node: 'b' }), UNTIL + 1);
      expect(await store.expired(UNTIL - 1)).toEqual([]);
      const key = { channel: 'room:1', user: 'alice', node: 'a' };
      expect(await store.expired(UNTIL)).toEqual([key]);
      expect(await store.expired(UNTIL)).toEqual([key]);
      expect(await store.leave(key)).toBe(false);
      expect(await store.expired(UNTIL)).toEqual([]);
      expect(await store.list('room:1')).toMatchObject([{ user: 'alice', sessions: 1 }]);
    });

    it('takes back what an expired node said only while it is expired', async () => {
      await store.touch(entry(), UNTIL);
      const [key] = await store.expired(UNTIL);
      await store.renew('a', UNTIL + 10, UNTIL);
      expect(await store.leave(key as PresenceKey, UNTIL)).toBe(false);
      expect(await store.list('room:1')).toHaveLength(1);
      expect(await store.leave(key as PresenceKey, UNTIL + 10)).toBe(true);
      expect(await store.list('room:1')).toEqual([]);
    });

    it('renews a lease, and says when it had run out', async () => {
      expect(await store.renew('a', UNTIL, NOW)).toBe(false);
      await store.touch(entry(), UNTIL);
      expect(await store.renew('a', UNTIL + 10, UNTIL - 1)).toBe(true);
      expect(await store.expired(UNTIL)).toEqual([]);
      expect(await store.renew('a', UNTIL + 20, UNTIL + 10)).toBe(false);
      expect(await store.expired(UNTIL + 10)).toEqual([]);
    });
  });
}
