import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RecoveryRecord } from '../../core/ports/recovery-store.ts';
import { runRecoveryStoreSuite } from '../../core/ports/recovery-store-suite.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { openRedis, type RedisClient } from './redis-client.ts';
import { RedisRecoveryStore } from './redis-recovery-store.ts';
import { startRedis, type TestRedis } from './testing/start-redis.ts';

let redis: TestRedis;
let client: RedisClient;
let prefixes = 0;
beforeAll(async () => {
  redis = await startRedis([]);
  client = await openRedis({ url: redis.url, onError: () => {} });
});
afterAll(async () => {
  client.destroy();
  await redis.stop();
});

const onError = (error: unknown) => {
  throw error;
};

runRecoveryStoreSuite(
  'RedisRecoveryStore',
  () => {
    prefixes += 1;
    const options = { client, prefix: `test${prefixes}:`, clock: new ManualClock(), onError };
    return () => new RedisRecoveryStore(options);
  },
  true,
);

describe('sessions of several nodes', () => {
  const record = (over: Partial<RecoveryRecord> = {}): RecoveryRecord => ({
    pid: 'pid',
    id: 'session',
    identity: {
      user: 'alice',
      grants: [],
      expiresAt: undefined,
      tokenId: undefined,
      issuedAt: 1,
      claims: {},
    },
    channels: [],
    leftAt: undefined,
    ...over,
  });

  /** What opens nodes that share their sessions. */
  function createNodes() {
    prefixes += 1;
    const prefix = `test${prefixes}:`;
    return async (clock: ManualClock) => {
      const store = new RedisRecoveryStore({ client, prefix, clock, onError });
      await store.open(clock.now());
      onTestFinished(() => store.close());
      return store;
    };
  }

  test('what a node says late of a session that came back to another does not count', async () => {
    const clock = new ManualClock();
    const open = createNodes();
    const a = await open(clock);
    const b = await open(clock);
    await a.save([record()]);
    expect(await b.load('pid')).toEqual(record({ leftAt: clock.now() }));
    await b.save([record({ id: 'of b' })]);
    await a.save([record({ leftAt: clock.now() })]);
    await a.delete(['pid']);
    expect(await b.load('pid')).toEqual(record({ id: 'of b' }));
    await a.load('pid');
    await a.save([record({ id: 'of a' })]);
    await b.delete(['pid']);
    expect(await a.load('pid')).toEqual(record({ id: 'of a' }));
  });

  test('a node that dies leaves nobody behind for ever, and those who live are not touched', async () => {
    const clock = new ManualClock();
    const open = createNodes();
    const a = await open(clock);
    const b = await open(clock);
    // For a process that was killed no time goes by: it renews nothing.
    const dead = await open(new ManualClock(clock.now()));
    await b.save([record({ pid: 'of b' })]);
    await dead.save([record()]);
    clock.advance(60_000);
    await a.sweep(0);
    expect((await b.load('pid'))?.leftAt).toBe(clock.now());
    expect((await b.load('of b'))?.leftAt).toBeUndefined();
    await a.sweep(clock.now() + 1);
    expect(await a.load('pid')).toBeUndefined();
    expect(await b.load('of b')).toBeDefined();
  });
});
