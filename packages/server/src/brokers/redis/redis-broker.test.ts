import { afterAll, beforeAll } from 'vitest';
import type { HistoryPolicy, PublishReceipt, PublishRequest } from '../../core/ports/broker.ts';
import { runBrokerSuite } from '../broker-suite.ts';
import type { BrokerFixture } from '../testing/broker-fixture.ts';
import { RedisBroker } from './redis-broker.ts';
import { openRedis, type RedisClient } from './redis-client.ts';
import { startRedis, type TestRedis } from './testing/start-redis.ts';

let redis: TestRedis;
let client: RedisClient;
beforeAll(async () => {
  redis = await startRedis();
  client = await openRedis({ url: redis.url, onError: () => {} });
});
afterAll(async () => {
  client.destroy();
  await redis.stop();
});

runBrokerSuite('RedisBroker', { durable: true, fixture });

let fixtures = 0;

/** Keys of its own in the one Redis. A restart there is one that only leaves what must be left. */
function fixture(): BrokerFixture {
  fixtures += 1;
  const prefix = `test${fixtures}:`;
  const memory = new Set<string>();
  return {
    create: (clock) =>
      new (class extends RedisBroker {
        constructor() {
          super({ url: redis.url, prefix, clock, onGap: () => {}, onError: () => {} });
        }

        override async start(...args: Parameters<RedisBroker['start']>): Promise<void> {
          await forget(prefix, memory);
          await super.start(...args);
        }

        override publish(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt> {
          if (!policy.durable) memory.add(request.channel);
          return super.publish(request, policy);
        }
      })(),
  };
}

/** Takes memory channels and their keys away, as if Redis had been restarted without what it need not keep. */
async function forget(prefix: string, channels: Set<string>): Promise<void> {
  if (channels.size === 0) return;
  const next = String(await client.hIncrBy(`${prefix}meta`, 'seq', 1));
  await client.hSet(`${prefix}meta`, { epoch0: `after ${next}`, floor0: next });
  for (const channel of channels) {
    await client.del([`${prefix}channel:${channel}`, `${prefix}events:${channel}`]);
    await client.zRem(`${prefix}channels`, channel);
    const keys = await client.keys(`${prefix}key:${channel} *`);
    if (keys.length > 0) await client.del(keys);
  }
  channels.clear();
}
