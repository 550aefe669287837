import { describe, expect, test } from 'vitest';
import type { HistoryPolicy, PublishRequest } from '../../core/ports/broker.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { type BrokerFixture, startBroker } from './broker-fixture.ts';

/** What a broker promises of durable channels alone. @param memory the same policy for a memory channel. */
export function describeDurableChannels(
  fixture: () => BrokerFixture,
  memory: HistoryPolicy,
  policy: HistoryPolicy,
): void {
  const request = (json: string, rest: Partial<PublishRequest> = {}): PublishRequest => ({
    channel: 'a:1',
    event: 'x',
    json,
    ...rest,
  });

  describe('a durable channel', () => {
    test('goes on after a restart: epoch, offsets, positions, cursors, keys', async () => {
      const storage = fixture();
      const clock = new ManualClock();
      const { broker, heard } = await startBroker(storage, clock);
      const content = { event: 'moved', user: 'ann', conflate: 'c', json: '{"a":"\\u0000é😀"}' };
      const first = await broker.publish({ channel: 'a:1', ...content, key: 'k' }, policy);
      await broker.publish(request('2'), policy);
      await broker.publish(request('3', { channel: 'a:2' }), policy);
      const { log } = broker;
      await broker.close();

      const { broker: next, heard: heardNext } = await startBroker(storage, clock);
      expect(next.log).toBe(log);
      expect((await next.read('a:1', policy, { last: 9 })).events).toEqual(
        heard.filter(({ channel }) => channel === 'a:1'),
      );
      const since = await next.read('a:1', policy, { since: first });
      expect(since).toMatchObject({ recovered: true, events: [{ offset: 2 }] });
      const after = await next.read('a:1', policy, { after: heard[0]!.sequence });
      expect(after).toMatchObject({ recovered: true, events: [{ offset: 2 }] });
      expect(await next.publish({ channel: 'a:1', ...content, key: 'k' }, policy)).toEqual(first);
      const third = await next.publish(request('4'), policy);
      expect(third).toMatchObject({ offset: 3, epoch: first.epoch });
      expect(heardNext[0]!.sequence).toBeGreaterThan(heard.at(-1)!.sequence);
    });

    test('that was never published to keeps its place over a restart', async () => {
      const storage = fixture();
      const { broker } = await startBroker(storage);
      const cursor = broker.head();
      const { position } = await broker.read('a:1', policy, {});
      await broker.close();
      const { broker: next } = await startBroker(storage);
      await next.publish(request('1'), policy);
      const slices = [
        await next.read('a:1', policy, { since: position }),
        await next.read('a:1', policy, { after: cursor }),
      ];
      for (const slice of slices) expect(slice).toMatchObject({ recovered: true, events: [{ offset: 1 }] });
    });

    test('says after a restart that what was trimmed or expired is gone', async () => {
      const storage = fixture();
      const clock = new ManualClock();
      const { broker, heard } = await startBroker(storage, clock);
      const receipts = [];
      for (let index = 0; index < policy.size + 2; index += 1)
        receipts.push(await broker.publish(request('1'), policy));
      await broker.close();
      const { broker: next } = await startBroker(storage, clock);
      expect((await next.read('a:1', policy, { last: 99 })).events.length).toBe(policy.size);
      expect((await next.read('a:1', policy, { since: receipts[0]! })).recovered).toBe(false);
      expect((await next.read('a:1', policy, { since: receipts[1]! })).recovered).toBe(true);
      expect((await next.read('a:1', policy, { after: heard[0]!.sequence })).recovered).toBe(false);
      expect((await next.read('a:1', policy, { after: heard[1]!.sequence })).recovered).toBe(true);
      await next.close();
      clock.advance(policy.ttl);
      const { broker: last } = await startBroker(storage, clock);
      const slice = await last.read('a:1', policy, { since: receipts[1]!, last: 9 });
      expect(slice).toMatchObject({ recovered: false, events: [], position: { offset: policy.size + 2 } });
      expect((await last.read('a:1', policy, { since: receipts.at(-1)! })).recovered).toBe(true);
    });

    test('gives out greater sequences after a restart though the clock was set back', async () => {
      const storage = fixture();
      const clock = new ManualClock();
      const { broker, heard } = await startBroker(storage, clock);
      const first = await broker.publish(request('1'), policy);
      await broker.publish(request('m', { channel: 'm:1', json: '1' }), memory);
      await broker.close();
      clock.set(clock.now() - 3_600_000);
      const { broker: next, heard: heardNext } = await startBroker(storage, clock);
      expect(next.head()).toBeGreaterThanOrEqual(heard.at(-1)!.sequence);
      const second = await next.publish(request('2'), policy);
      expect(second).toMatchObject({ offset: 2, epoch: first.epoch });
      expect(heardNext[0]!.sequence).toBeGreaterThan(heard.at(-1)!.sequence);
      // The cursor of the run before is no place in the memory channel of this one.
      const slice = await next.read('m:1', memory, { after: heard.at(-1)!.sequence });
      expect(slice.recovered).toBe(false);
    });

    test('leaves no hole when newer events expire before older ones, because the clock was set back', async () => {
      const storage = fixture();
      const clock = new ManualClock();
      const { broker } = await startBroker(storage, clock);
      const begin = clock.now();
      const receipts = [];
      for (const at of [begin, begin, begin - policy.ttl / 2, begin]) {
        clock.set(at);
        receipts.push(await broker.publish(request('1'), policy));
      }
      await broker.close();
      clock.set(begin + policy.ttl / 2);
      const { broker: next } = await startBroker(storage, clock);
      clock.advance(policy.ttl / 4);
      const slice = await next.read('a:1', policy, { since: receipts[0]! });
      const gaps = slice.events.map(({ offset }, index) => offset - index);
      expect(new Set(gaps).size).toBeLessThanOrEqual(1);
      if (slice.recovered) expect(slice.events.map(({ offset }) => offset)).toEqual([2, 3, 4]);
    });
  });

  test('a disk that refuses: nothing is heard, no hole is left, and all works again afterwards', async ({
    skip,
  }) => {
    const storage = fixture();
    if (!storage.breakStorage) skip('No way to break its storage.');
    const { broker, heard } = await startBroker(storage);
    const first = await broker.publish(request('1'), policy);
    const repair = storage.breakStorage?.();
    const big = JSON.stringify('x'.repeat(1_000_000));
    const failing = [request(big, { key: 'k' }), request(big), request(big, { channel: 'a:2' })];
    const results = await Promise.allSettled(failing.map((each) => broker.publish(each, policy)));
    for (const result of results)
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: expect.stringMatching(/^storage_/) },
      });
    await broker.publish(request('1', { channel: 'm:1' }), memory);
    expect(heard.map(({ channel }) => channel)).toEqual(['a:1', 'm:1']);
    const slice = await broker.read('a:1', policy, { since: first });
    expect(slice).toMatchObject({ recovered: true, events: [], position: { offset: 1 } });
    repair?.();
    // The key was not used up by the attempt that failed.
    expect(await broker.publish(request('3', { key: 'k' }), policy)).toMatchObject({ offset: 2 });
    expect(await broker.publish(request('1', { channel: 'a:2' }), policy)).toMatchObject({ offset: 1 });
    const after = await broker.read('a:1', policy, { since: first });
    expect(after).toMatchObject({ recovered: true, events: [{ offset: 2, json: '3' }] });
  });
}
