/**
 * Servers that are one by a Redis, when Redis is gone, empty, or not what it must be.
 *
 * @module
 */
import { expect, test } from 'vitest';
import { openRedis } from '../../packages/server/src/brokers/redis/redis-client.ts';
import { startRedis } from '../../packages/server/src/brokers/redis/testing/start-redis.ts';
import { NativeClient } from '../support/native-client.ts';
import { startCluster, startNode, useStores } from '../support/start-cluster.ts';
import { onTeardown } from '../support/teardown.ts';

const stores = useStores();

const ROOM = 'room:1';

const CONFIG = {
  namespaces: { room: { durable: true, rights: { subscribe: 'anyone' } } },
  drain: { spread: 0 },
} as const;

test('a Redis that is killed: publishes are refused, then all goes on, and nobody has missed anything', async () => {
  const nodes = await startCluster(stores, CONFIG);
  const clients = await Promise.all(
    nodes.map(async ({ url }) => {
      const client = await NativeClient.welcomed(url);
      await client.subscribe(ROOM);
      return client;
    }),
  );
  const [a, b] = nodes;
  await a.api.publish(ROOM, 'x', 1);
  await stores.redis.kill();
  for (const { api } of nodes)
    await expect(api.publish(ROOM, 'x', 'refused')).rejects.toThrow(/storage_unavailable/);
  await stores.redis.restart();
  for (const { api } of [b, a])
    await expect.poll(() => api.publish(ROOM, 'x', 'again').catch(() => undefined)).toBeDefined();
  for (const client of clients) {
    const heard = [await client.event(), await client.event(), await client.event()];
    expect(heard).toMatchObject([
      { offset: 1, data: 1 },
      { offset: 2, data: 'again' },
      { offset: 3, data: 'again' },
    ]);
  }
});

test('a Redis that was emptied: clients are called back, and told that what they had is gone', async () => {
  const config = await stores.fresh(CONFIG);
  const nodes = [await startNode(config), await startNode(config)] as const;
  const clients = await Promise.all(nodes.map(({ url }) => NativeClient.welcomed(url)));
  for (const client of clients) await client.subscribe(ROOM);
  const [a, b] = nodes;
  const first = await a.api.publish(ROOM, 'x', 1);
  const redis = await openRedis({ url: stores.redis.url, onError: () => {} });
  onTeardown(() => redis.destroy());
  await redis.flushDb();
  await expect.poll(() => a.api.publish(ROOM, 'x', 2).catch(() => undefined)).toMatchObject({ offset: 1 });
  for (const client of clients)
    expect(await client.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
      reason: 'server_error',
      reconnect: true,
    });
  const elsewhere = await NativeClient.welcomed(b.url);
  const [answer] = await elsewhere.subscribe({ channel: ROOM, since: `${first.epoch}:${first.offset}` });
  expect(answer).toMatchObject({ recovered: false });
});

test('a Redis that would lose what was acknowledged is refused, and it is said what would be lost', async () => {
  const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec']);
  onTeardown(() => redis.stop());
  const config = await stores.fresh(CONFIG);
  await expect(startNode({ ...config, redis: redis.url })).rejects.toThrow(
    /durable.*room.*appendfsync always/,
  );
});
