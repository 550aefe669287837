/**
 * The acceptance suite of the `Journal` port: every promise of its header.
 *
 * @module
 */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChannelEvent } from '../core/ports/event.ts';
import type { Journal, JournalEntry } from '../core/ports/journal.ts';

/** What one test runs on: storage that is empty when it begins. */
export interface JournalFixture {
  /** A journal on the storage, not open; after it was closed, another one may be made. */
  create(): Journal;
  /** Makes the disk full; the result makes room again. */
  fill(): () => void;
}

const NOW = Date.UTC(2026, 0, 1);
const LATER = NOW + 1_000_000;
const DAY = 24 * 60 * 60 * 1000;

interface EntryOptions {
  readonly channel?: string;
  readonly epoch?: string;
  readonly json?: string;
  readonly expiresAt?: number;
  readonly key?: JournalEntry['key'];
  readonly at?: number;
  readonly sequence?: number;
  readonly user?: string | undefined;
  readonly conflate?: string | undefined;
}

/** An event with offset `offset` and sequence ten times that. */
function entry(offset: number, options: EntryOptions = {}): JournalEntry {
  const { channel = 'a:1', epoch = 'e1', json = String(offset), user, conflate, at = NOW } = options;
  const event = new ChannelEvent(
    { channel, event: 'x', json, user, conflate },
    { offset, epoch, id: `${channel}-${epoch}-${offset}`, at, sequence: options.sequence ?? offset * 10 },
  );
  return { event, expiresAt: options.expiresAt ?? LATER, key: options.key };
}

/** Runs the suite. @param name of the implementation. */
export function runJournalSuite(name: string, fixture: () => JournalFixture): void {
  function open(storage: JournalFixture): Journal {
    const journal = storage.create();
    journal.open();
    onTestFinished(() => journal.close());
    return journal;
  }
  const offsets = (journal: Journal, channel = 'a:1', size = 100, now = NOW) =>
    journal.load(channel, size, now)?.events.map(({ offset }) => offset);

  describe(name, () => {
    test('names its log once, and keeps the ceiling', () => {
      const storage = fixture();
      const journal = open(storage);
      const { log, epoch } = journal;
      expect(log).toMatch(/^[A-Za-z0-9]{8,24}$/);
      expect(epoch).toMatch(/^[A-Za-z0-9]{8,24}$/);
      expect(journal).toMatchObject({ floor: 0, ceiling: 0 });
      journal.reserve(Number.MAX_SAFE_INTEGER - 1);
      expect(journal.ceiling).toBe(Number.MAX_SAFE_INTEGER - 1);
      journal.close();
      expect(open(storage)).toMatchObject({ log, epoch, floor: 0, ceiling: Number.MAX_SAFE_INTEGER - 1 });
      expect(open(fixture()).log).not.toBe(log);
    });

    test('gives back what was committed, to the letter', () => {
      const storage = fixture();
      const journal = open(storage);
      expect(journal.load('a:1', 100, NOW)).toBeUndefined();
      const entries = [
        entry(1, { json: '{"a":"é😀\\u0000"}', user: 'ann\0', conflate: '' }),
        entry(2, { json: `"${'x'.repeat(200_000)}"` }),
        entry(1, { channel: 'a:2', epoch: 'e2', sequence: 2 ** 52, at: 0 }),
      ];
      journal.commit(entries, []);
      journal.close();
      const again = open(storage);
      expect(again.load('a:1', 100, NOW)).toEqual({
        epoch: 'e1',
        offset: 2,
        floor: 0,
        trimmed: 0,
        events: [entries[0]?.event, entries[1]?.event],
      });
      expect(again.load('a:2', 100, NOW)?.events).toEqual([entries[2]?.event]);
      expect(again.load('a:3', 100, NOW)).toBeUndefined();
    });

    test('gives the newest events, and the sequence of the newest that it leaves out', () => {
      const journal = open(fixture());
      journal.commit(
        [1, 2, 3, 4, 5].map((offset) => entry(offset, { expiresAt: NOW + offset })),
        [],
      );
      expect(journal.load('a:1', 5, NOW)).toMatchObject({ floor: 0, trimmed: 0 });
      expect(offsets(journal, 'a:1', 3)).toEqual([3, 4, 5]);
      expect(journal.load('a:1', 3, NOW)).toMatchObject({ floor: 20, trimmed: 0, offset: 5 });
      expect(offsets(journal, 'a:1', 100, NOW + 2)).toEqual([3, 4, 5]);
      expect(journal.load('a:1', 100, NOW + 2)).toMatchObject({ floor: 20, offset: 5 });
      expect(offsets(journal, 'a:1', 2, NOW + 2)).toEqual([4, 5]);
      expect(journal.load('a:1', 0, NOW)).toMatchObject({ events: [], floor: 50, offset: 5 });
      expect(journal.load('a:1', 9, LATER)).toMatchObject({ events: [], floor: 50, offset: 5 });
    });

    test('trims', () => {
      const journal = open(fixture());
      const other = entry(1, { channel: 'a:2' });
      journal.commit([entry(1), entry(2), entry(3), other], []);
      journal.commit([entry(4)], [{ channel: 'a:1', through: 2, floor: 20 }]);
      expect(offsets(journal)).toEqual([3, 4]);
      expect(journal.load('a:1', 9, NOW)).toMatchObject({ floor: 20, trimmed: 2, offset: 4 });
      expect(offsets(journal, 'a:2')).toEqual([1]);
    });

    test('keeps keys for their time, whatever becomes of the event', () => {
      const storage = fixture();
      const journal = open(storage);
      const key = { key: 'k \0é', hash: 'h', expiresAt: NOW + 100 };
      journal.commit([entry(1, { key })], []);
      journal.clear('a:1', 10);
      journal.close();
      const again = open(storage);
      expect(again.findKey('a:1', key.key, NOW + 99)).toEqual({
        hash: 'h',
        offset: 1,
        epoch: 'e1',
        id: 'a:1-e1-1',
      });
      expect(again.findKey('a:1', key.key, NOW + 100)).toBeUndefined();
      expect(again.findKey('a:2', key.key, NOW)).toBeUndefined();
      expect(again.findKey('a:1', 'k', NOW)).toBeUndefined();
      // Expired, not swept, and used again.
      again.commit([entry(1, { epoch: 'e2', key: { ...key, hash: 'h2', expiresAt: NOW + 300 } })], []);
      expect(again.findKey('a:1', key.key, NOW + 200)).toMatchObject({ hash: 'h2', epoch: 'e2' });
    });

    test('clear forgets events and begins another epoch there, and nowhere else', () => {
      const storage = fixture();
      const journal = open(storage);
      const { epoch } = journal;
      journal.commit([entry(1), entry(2), entry(1, { channel: 'a:2' })], []);
      journal.clear('a:1', 77);
      journal.clear('a:9', 77);
      journal.close();
      const again = open(storage);
      const cleared = again.load('a:1', 9, NOW);
      expect(cleared).toMatchObject({ offset: 0, floor: 77, trimmed: 0, events: [] });
      expect(cleared?.epoch).not.toBe('e1');
      expect(again.load('a:2', 9, NOW)).toMatchObject({ epoch: 'e1', offset: 1, floor: 0 });
      expect(again.load('a:9', 9, NOW)).toBeUndefined();
      expect(again).toMatchObject({ epoch, floor: 0 });
      again.commit([entry(1, { epoch: cleared?.epoch ?? '' })], []);
      expect(offsets(again)).toEqual([1]);
    });

    test('lists channels by name, a page at a time', () => {
      const journal = open(fixture());
      const names = ['a:1', 'a:10', 'a:2', 'b:1', 'b:\uff5e', 'b:😀'];
      for (const channel of names.toReversed())
        journal.commit([entry(1, { channel }), entry(2, { channel })], []);
      journal.commit([entry(3, { channel: 'b:1' })], [{ channel: 'b:1', through: 1, floor: 10 }]);
      journal.commit([entry(1, { channel: 'c:1' })], []);
      journal.clear('c:1', 10);
      expect(journal.list({ limit: 100 }).map(({ channel }) => channel)).toEqual(names);
      expect(journal.list({ limit: 1, after: 'a:2' })).toEqual([
        { channel: 'b:1', position: { epoch: 'e1', offset: 3 }, events: 2 },
      ]);
      expect(journal.list({ limit: 9, prefix: 'b:' }).map(({ channel }) => channel)).toEqual(names.slice(3));
      expect(journal.list({ limit: 9, prefix: 'a:1', after: 'a:1' }).map(({ channel }) => channel)).toEqual([
        'a:10',
      ]);
    });

    describe('sweep', () => {
      /** @returns how many calls it took. */
      function sweepAll(journal: Journal, now: number): number {
        let calls = 1;
        while (!journal.sweep(now)) calls += 1;
        return calls;
      }

      test('deletes expired events and keys, and raises the floor', () => {
        const journal = open(fixture());
        const key = { key: 'k', hash: 'h', expiresAt: NOW + 2 };
        journal.commit(
          [entry(1, { expiresAt: NOW + 1, key }), entry(2, { expiresAt: NOW + 2 }), entry(3)],
          [],
        );
        expect(journal.sweep(NOW)).toBe(true);
        expect(journal.load('a:1', 9, NOW)?.trimmed).toBe(0);
        expect(journal.sweep(NOW + 2)).toBe(true);
        // Looked at as if nothing had expired: what is gone is gone.
        expect(journal.load('a:1', 9, 0)).toMatchObject({ floor: 20, trimmed: 2, offset: 3 });
        expect(offsets(journal, 'a:1', 9, 0)).toEqual([3]);
        expect(journal.findKey('a:1', 'k', 0)).toBeUndefined();
        sweepAll(journal, LATER);
        expect(journal.load('a:1', 9, 0)).toMatchObject({ floor: 30, trimmed: 3, offset: 3, events: [] });
      });

      test('does a bounded amount at a time', () => {
        const journal = open(fixture());
        const entries = Array.from({ length: 5000 }, (_, index) => {
          const key = { key: `k${index}`, hash: 'h', expiresAt: NOW };
          return entry(Math.floor(index / 3) + 1, { channel: `a:${index % 3}`, expiresAt: NOW, key });
        });
        journal.commit(entries, []);
        expect(sweepAll(journal, NOW)).toBeGreaterThan(3);
        for (const channel of ['a:0', 'a:1', 'a:2'])
          expect(journal.load(channel, 1, 0)).toMatchObject({
            events: [],
            trimmed: channel === 'a:2' ? 1666 : 1667,
          });
        expect(journal.findKey('a:0', 'k0', 0)).toBeUndefined();
      });

      test('drops all before an event that expired early, though that is more than one call does', () => {
        const journal = open(fixture());
        const many = Array.from({ length: 1500 }, (_, index) => entry(index + 1));
        const early = entry(1501, { expiresAt: NOW });
        const other = entry(1, { channel: 'a:2', expiresAt: NOW });
        journal.commit([...many, early, entry(1502), other], []);
        expect(sweepAll(journal, NOW)).toBeGreaterThan(1);
        expect(journal.load('a:1', 9, 0)).toMatchObject({ floor: 15_010, trimmed: 1501, offset: 1502 });
        expect(journal.load('a:2', 9, 0)).toMatchObject({ floor: 10, trimmed: 1, offset: 1 });
      });

      test('leaves the newest events without a hole, whatever expires when', () => {
        const storage = fixture();
        const journal = open(storage);
        let channel = 0;
        fc.assert(
          fc.property(
            fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 }),
            fc.array(fc.integer({ min: 0, max: 21 }), { maxLength: 4 }),
            fc.integer({ min: 0, max: 12 }),
            (expiries, sweeps, size) => {
              channel += 1;
              const name = `a:${channel}`;
              journal.commit(
                expiries.map((expiry, index) => entry(index + 1, { channel: name, expiresAt: expiry })),
                [],
              );
              for (const now of sweeps.toSorted((a, b) => a - b)) {
                sweepAll(journal, now);
                const stored = journal.load(name, size, now);
                const kept = expiries.length - (stored?.events.length ?? 0);
                expect(offsets(journal, name, size, now)).toEqual(
                  expiries.map((_, index) => index + 1).slice(kept),
                );
                expect(stored?.floor).toBe(kept * 10);
                expect(stored?.events.length).toBeLessThanOrEqual(size);
                // Nothing that has expired is there, and only what is before such is gone.
                const oldest = Math.max(
                  expiries.findLastIndex((expiry) => expiry <= now) + 1,
                  expiries.length - size,
                );
                expect(kept).toBe(oldest);
              }
              journal.clear(name, 0);
            },
          ),
          { numRuns: 50 },
        );
      });

      test('forgets a channel long without events, and then begins others anew', () => {
        const storage = fixture();
        const journal = open(storage);
        const { epoch } = journal;
        const used = { channel: 'a:2', expiresAt: NOW + 365 * DAY };
        journal.commit([entry(1), entry(2), entry(1, used)], []);
        sweepAll(journal, NOW + 29 * DAY);
        expect(journal.load('a:1', 9, 0)).toMatchObject({ offset: 2, floor: 20 });
        sweepAll(journal, NOW + 31 * DAY);
        const check = (each: Journal) => {
          expect(each.load('a:1', 9, 0)).toBeUndefined();
          expect(each.load('a:2', 9, 0)).toMatchObject({ offset: 1, floor: 0 });
          expect(each.floor).toBe(20);
          expect(each.epoch).not.toBe(epoch);
        };
        check(journal);
        journal.close();
        const again = open(storage);
        check(again);
        // One whose stream was still in memory goes on where it was, and its lost past is known to be lost.
        again.commit([entry(3)], []);
        expect(again.load('a:1', 9, 0)).toMatchObject({ epoch: 'e1', offset: 3, floor: 20, trimmed: 2 });
      });
    });

    test('a commit that fails leaves nothing, and the next one works', () => {
      const storage = fixture();
      const journal = open(storage);
      journal.commit([entry(1)], []);
      const makeRoom = storage.fill();
      const full = expect.objectContaining({ name: 'TidingsError', code: 'storage_full' });
      const key = { key: 'k', hash: 'h', expiresAt: LATER };
      const big = [entry(2, { key }), entry(3, { json: `"${'x'.repeat(1_000_000)}"` })];
      for (let attempt = 0; attempt < 3; attempt += 1)
        expect(() => journal.commit(big, [{ channel: 'a:1', through: 1, floor: 10 }])).toThrow(full);
      expect(offsets(journal)).toEqual([1]);
      expect(journal.findKey('a:1', 'k', NOW)).toBeUndefined();
      makeRoom();
      journal.commit(big, []);
      expect(offsets(journal)).toEqual([1, 2, 3]);
      // An offset that is taken is a fault of the caller's, and leaves nothing either.
      const taken = expect.objectContaining({ code: 'storage_unavailable' });
      expect(() => journal.commit([entry(4), entry(3)], [])).toThrow(taken);
      expect(offsets(journal)).toEqual([1, 2, 3]);
      journal.close();
      expect(offsets(open(storage))).toEqual([1, 2, 3]);
    });

    test('is in use by one at a time, and closed is closed', () => {
      const storage = fixture();
      const journal = open(storage);
      const second = storage.create();
      expect(() => second.open()).toThrow('in use');
      journal.commit([entry(1)], []);
      journal.close();
      journal.close();
      const closed = expect.objectContaining({ code: 'storage_unavailable' });
      expect(() => journal.commit([entry(2)], [])).toThrow(closed);
      expect(() => journal.load('a:1', 1, NOW)).toThrow(closed);
      expect(offsets(open(storage))).toEqual([1]);
    });
  });
}
