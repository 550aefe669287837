import { afterAll, beforeAll } from 'vitest';
import { runPresenceStoreSuite } from '../../core/ports/presence-store-suite.ts';
import { openRedis, type RedisClient } from './redis-client.ts';
import { RedisPresenceStore } from './redis-presence-store.ts';
import { startRedis, type TestRedis } from './testing/start-redis.ts';

let redis: TestRedis;
let client: RedisClient;
let stores = 0;
beforeAll(async () => {
  redis = await startRedis([]);
  client = await openRedis({ url: redis.url, onError: () => {} });
});
afterAll(async () => {
  client.destroy();
  await redis.stop();
});

runPresenceStoreSuite('RedisPresenceStore', () => {
  stores += 1;
  return new RedisPresenceStore(client, `test${stores}:`);
});
