/**
 * Nodes on one Redis while nodes, connections and Redis itself are killed.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TidingsError } from '@tidings/protocol';
import { expect, it } from 'vitest';
import { RedisBroker } from '../../packages/server/src/brokers/redis/redis-broker.ts';
import { openRedis } from '../../packages/server/src/brokers/redis/redis-client.ts';
import { startRedis, type TestRedis } from '../../packages/server/src/brokers/redis/testing/start-redis.ts';
import type { PublishReceipt } from '../../packages/server/src/core/ports/broker.ts';
import { systemClock } from '../../packages/server/src/core/ports/clock.ts';
import type { ChannelEvent } from '../../packages/server/src/core/ports/event.ts';
import { onTeardown } from '../support/teardown.ts';

const POLICY = { durable: true, size: 100_000, ttl: 3_600_000, keyWindow: 3_600_000 };
const CHANNELS = ['a:0', 'a:1', 'a:2', 'a:3', 'a:4'];
const ROUNDS = 4;
const WRITER = join(import.meta.dirname, '../support/redis-writer.ts');

async function redisOf(settings?: readonly string[]): Promise<TestRedis> {
  const redis = await startRedis(settings);
  onTeardown(() => redis.stop());
  return redis;
}

async function startNode(redis: TestRedis) {
  const heard: ChannelEvent[] = [];
  const gaps: number[] = [];
  const broker = new RedisBroker({
    url: redis.url,
    prefix: 'tidings:',
    clock: systemClock,
    onGap: () => gaps.push(heard.length),
    onError: () => {},
  });
  await broker.start((event) => heard.push(event));
  onTeardown(() => broker.close());
  return { broker, heard, gaps };
}

type Node = Awaited<ReturnType<typeof startNode>>;

/** Publishes without a key on some nodes until it is told to end; what became of each. */
function publishOn(nodes: readonly Node[]) {
  const published: (PublishReceipt & { readonly json: string })[] = [];
  const refused: string[] = [];
  let ended = false;
  const publish = async ({ broker }: Node, id: string) => {
    for (let count = 0; !ended; count += 1) {
      const json = JSON.stringify(`${id}-${count}`);
      const channel = CHANNELS[count % CHANNELS.length] as string;
      try {
        published.push({ ...(await broker.publish({ channel, event: 'x', json }, POLICY)), json });
      } catch (error) {
        expect(error).toBeInstanceOf(TidingsError);
        expect(error).toMatchObject({ code: 'storage_unavailable' });
        if (!/may have been published/.test((error as Error).message)) refused.push(json);
        // Who is refused at once gives others their turn.
        await new Promise(setImmediate);
      }
    }
  };
  const publishers = Array.from({ length: 10 }, (_, index) =>
    publish(nodes[index % nodes.length] as Node, String(index)),
  );
  return {
    published,
    refused,
    async end() {
      ended = true;
      await Promise.all(publishers);
    },
  };
}

/** Checks that history and all nodes have what was acknowledged, nothing that was refused, and no hole. */
async function checkAll(nodes: readonly Node[], { published, refused }: ReturnType<typeof publishOn>) {
  const [node] = nodes as [Node];
  const kept = new Map<string, ChannelEvent>();
  let count = 0;
  for (const channel of CHANNELS) {
    const { events } = await node.broker.read(channel, POLICY, { last: POLICY.size });
    expect(events.map(({ offset }) => offset)).toEqual(events.map((_, index) => index + 1));
    for (const event of events) kept.set(event.json, event);
    count += events.length;
  }
  expect(kept.size).toBe(count);
  for (const { json, ...receipt } of published) expect(kept.get(json)).toMatchObject(receipt);
  expect(refused.filter((json) => kept.has(json))).toEqual([]);
  const log = [...kept.values()].sort((a, b) => a.sequence - b.sequence).map(({ id }) => id);
  for (const { heard, gaps } of nodes) {
    await expect.poll(() => heard.length).toBe(count);
    expect(heard.map(({ id }) => id)).toEqual(log);
    expect(gaps).toEqual([]);
  }
}

it('goes on after Redis was killed again and again, with all that was acknowledged, once, and no hole', async () => {
  const redis = await redisOf();
  const nodes = [await startNode(redis), await startNode(redis)];
  const story = publishOn(nodes);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = story.published.length;
    await expect.poll(() => story.published.length).toBeGreaterThan(before + 200);
    await redis.kill();
    // Once it is away for so long that nobody waits for it any more.
    if (round === ROUNDS) await expect.poll(() => story.refused.length).toBeGreaterThan(100);
    await redis.restart();
  }
  const before = story.published.length;
  await expect.poll(() => story.published.length).toBeGreaterThan(before + 200);
  await story.end();
  await checkAll(nodes, story);
});

it('knows what became of what was under way when connections broke', async () => {
  const redis = await redisOf();
  const nodes = [await startNode(redis), await startNode(redis)];
  const killer = await openRedis({ url: redis.url, onError: () => {} });
  onTeardown(() => killer.destroy());
  const story = publishOn(nodes);
  for (let round = 1; round <= 20; round += 1) {
    const before = story.published.length;
    await expect.poll(() => story.published.length, { interval: 1 }).toBeGreaterThan(before + 50);
    await killer.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  }
  await story.end();
  await checkAll(nodes, story);
});

it('begins another log, and says so, when a Redis that keeps nothing on disk was killed', async () => {
  const redis = await redisOf([]);
  const nodes = [await startNode(redis), await startNode(redis)];
  const memory = { ...POLICY, durable: false };
  const publish = ({ broker }: Node) => broker.publish({ channel: 'a:1', event: 'x', json: '1' }, memory);
  const [a, b] = nodes as [Node, Node];
  const first = await publish(a);
  await publish(a);
  const { log } = a.broker;
  await redis.kill();
  await redis.restart();
  for (const { gaps } of nodes) await expect.poll(() => gaps.length).toBe(1);
  expect(a.broker.log).not.toBe(log);
  expect(b.broker.log).toBe(a.broker.log);
  await publish(b);
  const again = await publish(b);
  // The same offset, of another past.
  expect(again.offset).toBe(2);
  expect(again.epoch).not.toBe(first.epoch);
  expect((await a.broker.read('a:1', memory, { since: first })).recovered).toBe(false);
});

it('has every acknowledged publish of a node that was killed, and knows its keys', async () => {
  const redis = await redisOf();
  const node = await startNode(redis);
  const child = spawn(process.execPath, ['--conditions=source', WRITER, redis.url, 'run'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTeardown(() => void child.kill('SIGKILL'));
  const receipts: (PublishReceipt & { readonly key: string })[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    receipts.push(JSON.parse(line));
    if (receipts.length === 500) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  for (const { key, ...receipt } of receipts) {
    const { channel } = receipt;
    const again = node.broker.publish({ channel, event: 'x', json: JSON.stringify(key), key }, POLICY);
    expect(await again).toEqual(receipt);
  }
  const heard = new Set(node.heard.map(({ id }) => id));
  expect(receipts.filter(({ id }) => !heard.has(id))).toEqual([]);
  expect(heard.size).toBe(node.heard.length);
});
