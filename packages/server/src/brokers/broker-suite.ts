/**
 * The acceptance suite of the `Broker` port: every promise of its header.
 *
 * @module
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Broker, HistoryPolicy, PublishReceipt, PublishRequest } from '../core/ports/broker.ts';
import type { ChannelEvent } from '../core/ports/event.ts';
import { ManualClock } from '../core/testing/manual-clock.ts';
import { type BrokerFixture, startBroker } from './testing/broker-fixture.ts';
import { runBrokerModel } from './testing/broker-model.ts';
import { describeDurableChannels } from './testing/durable-channels.ts';

export interface BrokerSuiteOptions {
  /** Whether it keeps durable channels. */
  readonly durable: boolean;
  /** Called once by each test; what it makes is cleared away with `onTestFinished`. */
  fixture(): BrokerFixture;
}

const SIZE = 5;
const TTL = 60_000;
const KEY_WINDOW = 120_000;

/** Runs the suite. @param name of the implementation. */
export function runBrokerSuite(name: string, { durable: keepsDurable, fixture }: BrokerSuiteOptions): void {
  const memory: HistoryPolicy = { durable: false, size: SIZE, ttl: TTL, keyWindow: KEY_WINDOW };
  const durable: HistoryPolicy = { ...memory, durable: true };

  describe(name, () => {
    describe.each(keepsDurable ? [memory, durable] : [memory])('a channel, durable: $durable', (policy) => {
      const request = (data: unknown, rest: Partial<PublishRequest> = {}): PublishRequest => ({
        channel: 'a:1',
        event: 'x',
        json: JSON.stringify(data),
        ...rest,
      });
      /** Publishes 1 to `count`, one after the other. */
      async function publishMany(broker: Broker, count: number, channel = 'a:1') {
        const receipts = [];
        for (let data = 1; data <= count; data += 1)
          receipts.push(await broker.publish(request(data, { channel }), policy));
        return receipts;
      }
      const offsets = (events: readonly ChannelEvent[]) => events.map(({ offset }) => offset);

      test('offsets are contiguous from 1 in the order of the calls, also when none is waited for', async () => {
        const { broker, heard } = await startBroker(fixture());
        const calls = Array.from({ length: 200 }, (_, index) =>
          broker.publish(request(index, { channel: `a:${index % 3}` }), policy),
        );
        const receipts = await Promise.all(calls);
        for (const channel of ['a:0', 'a:1', 'a:2']) {
          const own = receipts.filter((receipt) => receipt.channel === channel);
          expect(own.map(({ offset }) => offset)).toEqual(own.map((_, index) => index + 1));
          const events = heard.filter((event) => event.channel === channel);
          expect(events.map(({ id }) => id)).toEqual(own.map(({ id }) => id));
          expect(events.map(({ data }) => data)).toEqual(
            own.map((_, index) => index * 3 + Number(channel[2])),
          );
        }
        expect(new Set(receipts.map(({ id }) => id)).size).toBe(200);
      });

      test('each event is heard once, in ascending sequence, and as it was published', async () => {
        const clock = new ManualClock();
        const { broker, heard } = await startBroker(fixture(), clock);
        const content = { user: 'ann', conflate: 'c', event: 'moved', json: '{"a":[1,"\\u0000é😀"]}' };
        const receipt = await broker.publish({ channel: 'a:1', ...content }, policy);
        await Promise.all(Array.from({ length: 20 }, (_, index) => broker.publish(request(index), policy)));
        expect(heard[0]).toMatchObject({ ...content, ...receipt, at: clock.now() });
        expect(heard.length).toBe(21);
        const sequences = heard.map(({ sequence }) => sequence);
        expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
        expect(broker.head()).toBe(sequences.at(-1));
        expect(heard.every((event) => broker.isOwn(event))).toBe(true);
      });

      test('what is published while an event is given out comes after it', async () => {
        const broker = fixture().create(new ManualClock());
        const heard: ChannelEvent[] = [];
        const echoes: Promise<unknown>[] = [];
        await broker.start((event) => {
          if (event.channel === 'a:1')
            echoes.push(broker.publish(request(event.offset, { channel: 'echo:1' }), memory));
          heard.push(event);
        });
        onTestFinished(() => broker.close());
        await Promise.all([1, 2, 3].map((data) => broker.publish(request(data), policy)));
        await Promise.all(echoes);
        expect(heard.length).toBe(6);
        const sequences = heard.map(({ sequence }) => sequence);
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      });

      test('a slice and what is heard after it hold every event once', async () => {
        const { broker, heard } = await startBroker(fixture());
        await publishMany(broker, 2);
        const calls = [3, 4, 5].map((data) => broker.publish(request(data), policy));
        const { events, position } = await broker.read('a:1', policy, { last: SIZE });
        await Promise.all(calls);
        const after = heard.filter(({ offset }) => offset > position.offset);
        expect(offsets([...events, ...after])).toEqual([1, 2, 3, 4, 5]);
      });

      test('a channel that was never published to stands at offset 0, and its first event follows from there', async () => {
        const { broker } = await startBroker(fixture());
        const before = await broker.read('a:1', policy, {});
        expect(before).toMatchObject({ position: { offset: 0 }, recovered: false, events: [], more: false });
        await publishMany(broker, 2);
        const after = await broker.read('a:1', policy, { since: before.position });
        expect(after).toMatchObject({ position: { ...before.position, offset: 2 }, recovered: true });
        expect(offsets(after.events)).toEqual([1, 2]);
      });

      describe('keys', () => {
        test('a repeat does nothing and has the same answer', async () => {
          const { broker, heard } = await startBroker(fixture());
          const first = await broker.publish(request(1, { key: 'k' }), policy);
          await broker.publish(request(2), policy);
          expect(await broker.publish(request(1, { key: 'k' }), policy)).toEqual(first);
          expect(heard.length).toBe(2);
        });

        test('repeats that are under way at the same time have one effect', async () => {
          const { broker, heard } = await startBroker(fixture());
          const calls = Array.from({ length: 5 }, () => broker.publish(request(1, { key: 'k' }), policy));
          const [first, ...others] = await Promise.all(calls);
          for (const other of others) expect(other).toEqual(first);
          expect(heard.length).toBe(1);
        });

        test.each(['event', 'json', 'user', 'conflate'])(
          'another %s under the same key is refused',
          async (field) => {
            const { broker, heard } = await startBroker(fixture());
            const first = broker.publish(request(1, { key: 'k' }), policy);
            const other = request(1, { key: 'k', [field]: '"other"' });
            const conflict = expect.objectContaining({ code: 'key_conflict' });
            // While the first is under way, and after it.
            await expect(broker.publish(other, policy)).rejects.toThrow(conflict);
            await first;
            await expect(broker.publish(other, policy)).rejects.toThrow(conflict);
            expect(heard.length).toBe(1);
          },
        );

        test('a key belongs to one channel', async () => {
          const { broker, heard } = await startBroker(fixture());
          await broker.publish(request(1, { key: 'k' }), policy);
          await broker.publish(request(2, { key: 'k', channel: 'a:2' }), policy);
          expect(heard.length).toBe(2);
        });

        test('a key is remembered for its window, and then free for other content', async () => {
          const clock = new ManualClock();
          const { broker } = await startBroker(fixture(), clock);
          const first = await broker.publish(request(1, { key: 'k' }), policy);
          clock.advance(KEY_WINDOW - 1);
          expect(await broker.publish(request(1, { key: 'k' }), policy)).toEqual(first);
          clock.advance(1);
          const second = await broker.publish(request(2, { key: 'k' }), policy);
          expect(second.offset).toBe(2);
          expect(await broker.publish(request(2, { key: 'k' }), policy)).toEqual(second);
        });
      });

      describe('slices', () => {
        test('`since` gives everything after a position', async () => {
          const { broker } = await startBroker(fixture());
          const receipts = await publishMany(broker, 4);
          for (const since of receipts) {
            const slice = await broker.read('a:1', policy, { since });
            expect(slice).toMatchObject({ recovered: true, more: false, position: { offset: 4 } });
            expect(offsets(slice.events)).toEqual([1, 2, 3, 4].slice(since.offset));
          }
        });

        test('`after` gives everything after a place in the log', async () => {
          const { broker, heard } = await startBroker(fixture());
          const start = broker.head();
          await publishMany(broker, 2);
          await publishMany(broker, 2, 'a:2');
          await publishMany(broker, 1);
          for (const after of [start, ...heard.map(({ sequence }) => sequence)]) {
            const slice = await broker.read('a:1', policy, { after });
            expect(slice).toMatchObject({ recovered: true, position: { offset: 3 } });
            expect(slice.events).toEqual(
              heard.filter(({ channel, sequence }) => channel === 'a:1' && sequence > after),
            );
          }
        });

        test('of `since` and `after` the later one counts, or the one that can be honoured', async () => {
          const { broker, heard } = await startBroker(fixture());
          const start = broker.head();
          const [first, second] = (await publishMany(broker, 3)) as [PublishReceipt, PublishReceipt];
          const gone = { epoch: 'another', offset: 1 };
          const newer = heard[1]!.sequence;
          for (const [since, after, rest] of [
            [first, newer, [3]],
            [second, start, [3]],
            [gone, newer, [3]],
            [first, -1, [2, 3]],
          ] as const) {
            const slice = await broker.read('a:1', policy, { since, after });
            expect(slice.recovered).toBe(true);
            expect(offsets(slice.events)).toEqual(rest);
          }
          expect(await broker.read('a:1', policy, { since: gone, after: -1 })).toMatchObject({
            recovered: false,
            events: [],
          });
        });

        test('`through` leaves out what is newer, and stands there', async () => {
          const { broker, heard } = await startBroker(fixture());
          const start = broker.head();
          await publishMany(broker, 3);
          const through = heard[1]!.sequence;
          const slice = await broker.read('a:1', policy, { after: start, through });
          expect(slice).toMatchObject({ recovered: true, more: false, position: { offset: 2 } });
          expect(offsets(slice.events)).toEqual([1, 2]);
          const last = await broker.read('a:1', policy, { last: 1, through });
          expect(last).toMatchObject({ recovered: false, position: { offset: 2 } });
          expect(offsets(last.events)).toEqual([2]);
          const none = await broker.read('a:1', policy, { last: 1, through: start });
          expect(none).toMatchObject({ position: { offset: 0 }, events: [] });
        });

        test('`last` alone gives the newest, and is no recovery', async () => {
          const { broker } = await startBroker(fixture());
          await publishMany(broker, 4);
          for (const last of [0, 1, 3, 99]) {
            const slice = await broker.read('a:1', policy, { last });
            expect(slice).toMatchObject({ recovered: false, position: { offset: 4 }, more: false });
            expect(offsets(slice.events)).toEqual([1, 2, 3, 4].slice(Math.max(0, 4 - last)));
          }
        });

        test('`limit` cuts from the far end, and says that there is more', async () => {
          const { broker } = await startBroker(fixture());
          const [first] = await publishMany(broker, 4);
          const cut = await broker.read('a:1', policy, { since: first!, limit: 2 });
          expect(cut).toMatchObject({ recovered: true, more: true, position: { offset: 4 } });
          expect(offsets(cut.events)).toEqual([2, 3]);
          const rest = await broker.read('a:1', policy, { since: { ...first!, offset: 3 }, limit: 2 });
          expect(rest).toMatchObject({ recovered: true, more: false });
          expect(offsets(rest.events)).toEqual([4]);
        });

        test('a position of another channel or epoch, or one that has not come yet, is not recovered', async () => {
          const { broker } = await startBroker(fixture());
          const [other] = (await publishMany(broker, 2, 'a:2')) as [PublishReceipt];
          const empty = await broker.read('a:3', policy, {});
          const [{ epoch }] = (await publishMany(broker, 2)) as [PublishReceipt];
          for (const since of [
            { epoch: 'another', offset: 1 },
            { epoch, offset: 3 },
            other,
            empty.position,
          ]) {
            const slice = await broker.read('a:1', policy, { since, last: 1 });
            expect(slice).toMatchObject({ recovered: false, position: { epoch, offset: 2 } });
            expect(offsets(slice.events)).toEqual([2]);
          }
        });
      });

      test('history keeps its size, and what is gone is not recovered in part', async () => {
        const { broker, heard } = await startBroker(fixture());
        const receipts = await publishMany(broker, SIZE + 3);
        const [, , gone, kept] = receipts as [PublishReceipt, PublishReceipt, PublishReceipt, PublishReceipt];
        const all = [4, 5, 6, 7, 8];
        expect(offsets((await broker.read('a:1', policy, { last: 99 })).events)).toEqual(all);
        expect(await broker.read('a:1', policy, { since: gone })).toMatchObject({ recovered: true });
        const missed = await broker.read('a:1', policy, { since: { ...gone, offset: 2 } });
        expect(missed).toMatchObject({ recovered: false, events: [], position: { offset: 8 } });
        expect(offsets((await broker.read('a:1', policy, { since: kept })).events)).toEqual(all.slice(1));
        const [, second, third] = heard as [ChannelEvent, ChannelEvent, ChannelEvent];
        expect(await broker.read('a:1', policy, { after: third.sequence })).toMatchObject({
          recovered: true,
        });
        expect(await broker.read('a:1', policy, { after: second.sequence, last: 1 })).toMatchObject({
          recovered: false,
          events: [{ offset: 8 }],
        });
      });

      test('history drops what is old, and offsets go on', async () => {
        const clock = new ManualClock();
        const { broker, heard } = await startBroker(fixture(), clock);
        const start = broker.head();
        await publishMany(broker, 1);
        clock.advance(TTL / 2);
        const [{ epoch }] = (await publishMany(broker, 1)) as [PublishReceipt];
        clock.advance(TTL / 2 - 1);
        expect((await broker.read('a:1', policy, { after: start })).recovered).toBe(true);
        clock.advance(1);
        expect(offsets((await broker.read('a:1', policy, { last: 9 })).events)).toEqual([2]);
        expect((await broker.read('a:1', policy, { after: start })).recovered).toBe(false);
        expect((await broker.read('a:1', policy, { after: heard[0]!.sequence })).recovered).toBe(true);
        clock.advance(TTL);
        const empty = await broker.read('a:1', policy, { last: 9, since: { epoch, offset: 2 } });
        expect(empty).toMatchObject({ recovered: true, events: [], position: { epoch, offset: 2 } });
        const [next] = await publishMany(broker, 1);
        expect(next).toMatchObject({ epoch, offset: 3 });
      });

      test('a history of nothing still counts', async () => {
        const { broker, heard } = await startBroker(fixture());
        const nothing = { ...policy, size: 0 };
        const first = await broker.publish(request(1), nothing);
        const second = await broker.publish(request(2), nothing);
        expect(heard.map(({ offset }) => offset)).toEqual([1, 2]);
        expect(await broker.read('a:1', nothing, { since: second, last: 1 })).toMatchObject({
          recovered: true,
          events: [],
          position: { epoch: first.epoch, offset: 2 },
        });
        expect(await broker.read('a:1', nothing, { since: first })).toMatchObject({ recovered: false });
      });

      test('clear forgets the past and begins a new epoch', async () => {
        const { broker, heard } = await startBroker(fixture());
        const [first, , last] = (await publishMany(broker, 3)) as [
          PublishReceipt,
          PublishReceipt,
          PublishReceipt,
        ];
        const other = await broker.publish(request(1, { channel: 'a:2' }), policy);
        await broker.clear('a:1', policy);
        const slice = await broker.read('a:1', policy, { since: last, last: 9 });
        expect(slice).toMatchObject({ recovered: false, events: [], position: { offset: 0 } });
        expect(slice.position.epoch).not.toBe(first.epoch);
        expect((await broker.read('a:1', policy, { after: heard[0]!.sequence })).recovered).toBe(false);
        const [again] = await publishMany(broker, 1);
        expect(again).toMatchObject({ offset: 1, epoch: slice.position.epoch });
        expect(await broker.read('a:2', policy, { since: { ...other, offset: 0 } })).toMatchObject({
          recovered: true,
          events: [{ offset: 1 }],
        });
      });

      test('clear includes what was published before it', async () => {
        const { broker } = await startBroker(fixture());
        const [first, , receipt] = await Promise.all([
          broker.publish(request(1), policy),
          broker.clear('a:1', policy),
          broker.publish(request(2), policy),
        ]);
        expect(receipt.offset).toBe(1);
        expect(receipt.epoch).not.toBe(first.epoch);
      });

      test('list gives the channels with history by name, a page at a time', async () => {
        const { broker } = await startBroker(fixture());
        // The last two stand the other way round by UTF-16 unit.
        const names = ['a:1', 'a:10', 'a:2', 'b:1', 'b:\uff5e', 'b:😀'];
        for (const channel of names.toReversed()) await publishMany(broker, 2, channel);
        await broker.read('c:1', policy, { last: 1 });
        await publishMany(broker, 1, 'd:1');
        await broker.clear('d:1', policy);
        const all = await broker.list({ limit: 100 });
        expect(all.map(({ channel }) => channel)).toEqual(names);
        const slice = await broker.read('a:10', policy, {});
        expect(all[1]).toEqual({ channel: 'a:10', position: slice.position, events: 2 });
        const page = await broker.list({ limit: 2, after: 'a:1' });
        expect(page.map(({ channel }) => channel)).toEqual(['a:10', 'a:2']);
        const prefixed = await broker.list({ limit: 100, prefix: 'b:', after: 'b:1' });
        expect(prefixed.map(({ channel }) => channel)).toEqual(names.slice(4));
        expect(await broker.list({ limit: 100, prefix: 'b:', after: 'c:' })).toEqual([]);
      });

      test('close finishes what was begun, and refuses what comes after', async () => {
        const { broker, heard } = await startBroker(fixture());
        const calls = [1, 2].map((data) => broker.publish(request(data), policy));
        await broker.close();
        await broker.close();
        expect((await Promise.all(calls)).map(({ offset }) => offset)).toEqual([1, 2]);
        const refused = expect.objectContaining({ code: 'unavailable' });
        await expect(broker.publish(request(3), policy)).rejects.toThrow(refused);
        await expect(broker.read('a:1', policy, {})).rejects.toThrow(refused);
        expect(heard.length).toBe(2);
      });
    });

    test('memory channels are gone after a restart, and say so', async () => {
      const storage = fixture();
      const clock = new ManualClock();
      const { broker, heard } = await startBroker(storage, clock);
      const request = { channel: 'a:1', event: 'x', json: '1' };
      const first = await broker.publish(request, memory);
      await broker.publish(request, memory);
      const { log } = broker;
      await broker.close();
      clock.advance(1);
      const { broker: next } = await startBroker(storage, clock);
      for (const channel of ['a:1', 'a:2']) {
        expect((await next.read(channel, memory, { since: first })).recovered).toBe(false);
        const byCursor = await next.read(channel, memory, { after: heard[0]!.sequence });
        expect(byCursor.recovered && next.log === log).toBe(false);
      }
      const again = await next.publish(request, memory);
      expect(again.offset).toBe(1);
      expect(again.epoch).not.toBe(first.epoch);
    });

    if (keepsDurable) describeDurableChannels(fixture, memory, durable);

    runBrokerModel(fixture, keepsDurable ? ['m:1', 'm:2', 'd:1', 'd:2'] : ['m:1', 'm:2']);
  });
}
