/**
 * What only several nodes on one Redis can get wrong.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { HistoryPolicy, PublishReceipt, PublishRequest } from '../../core/ports/broker.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { RedisBroker } from './redis-broker.ts';
import { openRedis, type RedisClient } from './redis-client.ts';
import { ON_DISK, startRedis, type TestRedis } from './testing/start-redis.ts';

const POLICY: HistoryPolicy = { durable: true, size: 1000, ttl: 60_000, keyWindow: 60_000 };
const MEMORY: HistoryPolicy = { ...POLICY, durable: false };

let redis: TestRedis;
let client: RedisClient;
let prefixes = 0;
beforeAll(async () => {
  redis = await startRedis();
  client = await openRedis({ url: redis.url, onError: () => {} });
});
afterAll(async () => {
  client.destroy();
  await redis.stop();
});

/** What starts nodes that share their channels, and no others. */
function createNodes() {
  prefixes += 1;
  const prefix = `test${prefixes}:`;
  const start = async (clock: Clock = new ManualClock()) => {
    const heard: ChannelEvent[] = [];
    const gaps: number[] = [];
    const broker = new RedisBroker({
      url: redis.url,
      prefix,
      clock,
      onGap: () => gaps.push(heard.length),
      onError: () => {},
    });
    await broker.start((event) => heard.push(event));
    onTestFinished(() => broker.close());
    return { broker, heard, gaps };
  };
  return { prefix, start };
}

function request(data: unknown, rest: Partial<PublishRequest> = {}): PublishRequest {
  return { channel: 'a:1', event: 'x', json: JSON.stringify(data), ...rest };
}

const ids = (events: readonly ChannelEvent[]) => events.map(({ id }) => id);

test('all nodes give out the same events in the same order, each once and in ascending sequence', async () => {
  const { start } = createNodes();
  const nodes = [await start(), await start(new ManualClock(Date.UTC(2027, 0, 1))), await start()];
  const receipts = await Promise.all(
    Array.from({ length: 600 }, (_, index) =>
      nodes[index % 3]!.broker.publish(request(index, { channel: `a:${index % 4}` }), POLICY),
    ),
  );
  for (const { heard } of nodes) {
    await expect.poll(() => heard.length).toBe(600);
    expect(ids(heard)).toEqual(ids(nodes[0]!.heard));
    const sequences = heard.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  }
  expect(new Set(receipts.map(({ id }) => id)).size).toBe(600);
  for (const channel of ['a:0', 'a:1', 'a:2', 'a:3']) {
    const offsets = nodes[0]!.heard.filter((event) => event.channel === channel).map(({ offset }) => offset);
    expect(offsets).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  }
});

test('a key used on two nodes at once has one effect and one answer', async () => {
  const { start } = createNodes();
  const a = await start();
  const b = await start();
  const [first, ...others] = await Promise.all(
    [a, b, a, b].map(({ broker }) => broker.publish(request(1, { key: 'k' }), POLICY)),
  );
  for (const other of others) expect(other).toEqual(first);
  await expect(b.broker.publish(request(2, { key: 'k' }), POLICY)).rejects.toMatchObject({
    code: 'key_conflict',
  });
  expect(a.heard.length).toBe(1);
  expect(b.heard.length).toBe(1);
});

test('a slice and what is heard after it hold every event once, while another node publishes', async () => {
  const { start } = createNodes();
  const a = await start();
  const b = await start();
  const publishing = Promise.all(Array.from({ length: 300 }, (_, n) => a.broker.publish(request(n), POLICY)));
  for (let round = 0; round < 20; round += 1) {
    const { position } = await b.broker.read('a:1', POLICY, {});
    // Nothing that is heard from now on was in the slice.
    expect(b.heard.length).toBeGreaterThanOrEqual(position.offset);
  }
  await publishing;
  expect(b.heard.map(({ offset }) => offset)).toEqual(b.heard.map((_, index) => index + 1));
});

test('a position and a cursor of one node are places on another', async () => {
  const { start } = createNodes();
  const a = await start();
  const b = await start();
  const first = await a.broker.publish(request(1), POLICY);
  await a.broker.publish(request(2), POLICY);
  expect(b.broker.log).toBe(a.broker.log);
  const cursor = a.heard[0]!.sequence;
  await b.broker.reach(a.broker.head());
  expect(b.broker.head()).toBe(a.broker.head());
  for (const from of [{ since: first }, { after: cursor }])
    expect(await b.broker.read('a:1', POLICY, from)).toMatchObject({
      recovered: true,
      events: [{ offset: 2 }],
    });
});

test('a node that starts stands where the others are, and hears nothing of before', async () => {
  const { start } = createNodes();
  const a = await start();
  await a.broker.publish(request(1), MEMORY);
  const b = await start();
  expect(b.broker.head()).toBe(a.broker.head());
  expect(b.heard).toEqual([]);
  expect((await b.broker.read('a:1', MEMORY, { last: 9 })).events).toEqual(a.heard);
});

test('what was trimmed before a node read it is told as a gap, and it goes on', async () => {
  const { prefix, start } = createNodes();
  const { broker, heard, gaps } = await start();
  await broker.publish(request(1), POLICY);
  // As if an entry had been added and trimmed.
  await client.hIncrBy(`${prefix}meta`, 'n', 1);
  await broker.publish(request(2), POLICY);
  expect(gaps).toEqual([1]);
  expect(heard.map(({ json }) => json)).toEqual(['1']);
  await broker.publish(request(3), POLICY);
  expect(heard.map(({ json }) => json)).toEqual(['1', '3']);
  expect(gaps).toEqual([1]);
});

test('a Redis that has forgotten the scripts refuses, and knows them again', async () => {
  const { start } = createNodes();
  const { broker, heard, gaps } = await start();
  await client.scriptFlush();
  await expect(broker.publish(request(1), POLICY)).rejects.toMatchObject({ code: 'storage_unavailable' });
  await expect
    .poll(() =>
      broker.publish(request(2, { key: 'k' }), POLICY).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  expect(heard.map(({ json }) => json)).toEqual(['2']);
  expect(gaps).toEqual([]);
});

test('a Redis that was emptied: every node begins another log, says so, and no position is taken', async () => {
  const { prefix, start } = createNodes();
  const a = await start();
  const b = await start();
  const first = await a.broker.publish(request(1), POLICY);
  await expect.poll(() => b.heard.length).toBe(1);
  const { log } = a.broker;
  for (const key of await client.keys(`${prefix}*`)) await client.del(key);
  const published: PublishReceipt[] = [];
  const publish = async () => {
    published.push(await a.broker.publish(request(2), POLICY));
  };
  await expect.poll(() => publish().catch(() => {})).toSatisfy(() => published.length > 0);
  expect(published[0]).toMatchObject({ offset: 1 });
  expect(published[0]?.epoch).not.toBe(first.epoch);
  await expect.poll(() => b.broker.log).toBe(a.broker.log);
  expect(a.broker.log).not.toBe(log);
  for (const { broker, gaps } of [a, b]) {
    expect(gaps.length).toBe(1);
    expect((await broker.read('a:1', POLICY, { since: first })).recovered).toBe(false);
  }
});

test('a Redis that came back with less than a node has heard has lost it, and no position is taken', async () => {
  const { prefix, start } = createNodes();
  const a = await start();
  await a.broker.publish(request(1), POLICY);
  const sequence = await client.hGet(`${prefix}meta`, 'seq');
  const last = await a.broker.publish(request(2), POLICY);
  const { log } = a.broker;
  // As if restored from a copy of before.
  await client.hSet(`${prefix}meta`, 'seq', sequence ?? '');
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  await expect.poll(() => a.gaps.length).toBe(1);
  expect(a.broker.log).not.toBe(log);
  expect((await a.broker.read('a:1', POLICY, { since: last })).recovered).toBe(false);
});

test('what Redis let go by its own time is not recovered in part once the channel goes on', async () => {
  const { prefix, start } = createNodes();
  const { broker, heard } = await start();
  const short = { ...POLICY, ttl: 1 };
  const first = await broker.publish(request(1), short);
  const second = await broker.publish(request(2), short);
  await expect.poll(() => client.exists(`${prefix}events:a:1`)).toBe(0);
  await broker.publish(request(3), POLICY);
  const [{ sequence: before }, { sequence: after }] = heard as [ChannelEvent, ChannelEvent];
  for (const from of [{ since: first }, { after: before }])
    expect(await broker.read('a:1', POLICY, from)).toMatchObject({ recovered: false, events: [] });
  for (const from of [{ since: second }, { after }])
    expect(await broker.read('a:1', POLICY, from)).toMatchObject({
      recovered: true,
      events: [{ offset: 3 }],
    });
});

test('a Redis that is full refuses, nothing is heard, and all works again once it has room', async () => {
  const { start } = createNodes();
  const { broker, heard } = await start();
  const first = await broker.publish(request(1), POLICY);
  await client.configSet('maxmemory', '1');
  onTestFinished(async () => void (await client.configSet('maxmemory', '0')));
  const full = { code: 'storage_full' };
  for (const channel of ['a:1', 'a:2'])
    await expect(broker.publish(request(2, { channel, key: 'k' }), POLICY)).rejects.toMatchObject(full);
  expect(await broker.read('a:1', POLICY, { since: first })).toMatchObject({ recovered: true, events: [] });
  await client.configSet('maxmemory', '0');
  expect(heard.length).toBe(1);
  for (const [channel, offset] of [['a:1', 2] as const, ['a:2', 1] as const])
    expect(await broker.publish(request(3, { channel, key: 'k' }), POLICY)).toMatchObject({ offset });
});

describe('a memory channel that nobody used for a day', () => {
  test('is forgotten when it is empty, its places are none any more, and others keep theirs', async () => {
    const { prefix, start } = createNodes();
    const clock = new ManualClock();
    const { broker, heard } = await start(clock);
    // Redis lets the events go by its own time.
    const short = { ...MEMORY, ttl: 1 };
    const gone = await broker.publish(request(1, { channel: 'gone:1' }), short);
    const empty = await broker.publish(request(1, { channel: 'durable:1' }), { ...short, durable: true });
    const kept = await broker.publish(request(1, { channel: 'kept:1' }), MEMORY);
    for (const name of ['gone:1', 'durable:1'])
      await expect.poll(() => client.exists(`${prefix}events:${name}`)).toBe(0);
    clock.advance(23 * 3_600_000);
    await expect.poll(() => client.exists(`${prefix}channel:gone:1`)).toBe(1);
    clock.advance(3 * 3_600_000);
    await expect.poll(() => client.exists(`${prefix}channel:gone:1`)).toBe(0);
    expect((await broker.list({ limit: 9 })).map(({ channel }) => channel)).toEqual(['durable:1', 'kept:1']);
    const again = await broker.publish(request(2, { channel: 'gone:1' }), MEMORY);
    expect(again.offset).toBe(1);
    expect(again.epoch).not.toBe(gone.epoch);
    expect((await broker.read('gone:1', MEMORY, { after: heard[0]!.sequence - 1 })).recovered).toBe(false);
    for (const [since, policy] of [
      [empty, { ...POLICY, ttl: 1e12 }],
      [kept, { ...MEMORY, ttl: 1e12 }],
    ] as const)
      expect((await broker.read(since.channel, policy, { since })).recovered).toBe(true);
  });
});

describe('a Redis that would void a promise is refused', () => {
  const start = async (settings: readonly string[]) => {
    const other = await startRedis(settings);
    onTestFinished(() => other.stop());
    const broker = new RedisBroker({
      url: other.url,
      prefix: 'test:',
      clock: new ManualClock(),
      onGap: () => {},
      onError: () => {},
    });
    await broker.start(() => {});
    onTestFinished(() => broker.close());
    return broker;
  };

  test.each([
    ['one that drops what it has no room for', ['--maxmemory-policy', 'allkeys-lru'], /noeviction/],
    ['a Redis Cluster', ['--cluster-enabled', 'yes'], /Cluster/],
    ['a replica', ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'yes'], /primary/],
  ])('%s', async (_name, settings, reason) => {
    await expect(start(settings)).rejects.toThrow(reason);
  });

  test.each([
    ['without a file', []],
    ['that writes its file once a second', ['--appendonly', 'yes']],
    ['that does not wait while it rewrites its file', [...ON_DISK, '--no-appendfsync-on-rewrite', 'yes']],
    ['that says nothing of its file', ['--appendonly', 'yes', '--rename-command', 'CONFIG', '']],
  ])('one %s takes no durable event', async (_name, settings) => {
    const broker = await start(settings);
    expect(broker.onDisk).toBe(false);
    await broker.publish(request(1), MEMORY);
    await expect(broker.publish(request(1), POLICY)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});
