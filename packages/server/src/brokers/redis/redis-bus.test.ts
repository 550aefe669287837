import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runNodeBusSuite } from '../../core/ports/node-bus-suite.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { RedisBus } from './redis-bus.ts';
import { startRedis, type TestRedis } from './testing/start-redis.ts';

let redis: TestRedis;
let prefixes = 0;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** Makes buses that reach one another and nobody else. */
function network() {
  prefixes += 1;
  const prefix = `test${prefixes}:`;
  const create = (node: string, clock = new ManualClock()) => {
    const bus = new RedisBus({ node, prefix, clock, url: redis.url, onError: () => {} });
    onTestFinished(() => bus.close());
    return bus;
  };
  return { create };
}

/** A started bus that counts how often it may have missed something. */
async function started(
  create: (node: string, clock?: ManualClock) => RedisBus,
  node: string,
  clock?: ManualClock,
) {
  const bus = create(node, clock);
  const counted = { bus, missed: 0, heard: [] as unknown[] };
  bus.onMissed(() => {
    counted.missed += 1;
  });
  bus.hear('word', (data) => counted.heard.push(data));
  await bus.start();
  return counted;
}

runNodeBusSuite('RedisBus', () => network().create);

test('servers of other prefixes and databases hear nothing', async () => {
  const one = await started(network().create, 'a');
  await started(network().create, 'b');
  const database = new RedisBus({
    node: 'c',
    prefix: `test${prefixes - 1}:`,
    clock: new ManualClock(),
    url: `${redis.url}/1`,
    onError: () => {},
  });
  await database.start();
  onTestFinished(() => database.close());
  expect(await one.bus.tell('word', 1)).toBe(0);
});

test('who was cut off may have missed something, and hears again', async () => {
  const { create } = network();
  const a = await started(create, 'a');
  const b = await started(create, 'b');
  await redis.kill();
  await expect.poll(() => a.bus.tell('word', 'lost').catch(({ code }) => code)).toBe('storage_unavailable');
  expect([a.missed, b.missed]).toEqual([0, 0]);
  await redis.restart();
  await expect.poll(() => a.missed).toBeGreaterThan(0);
  await expect.poll(() => b.missed).toBeGreaterThan(0);
  await expect.poll(() => a.bus.tell('word', 'again').catch(() => 0)).toBe(1);
  await expect.poll(() => b.heard).toContain('again');
  expect(b.heard).not.toContain('lost');
  expect(new Set(b.heard).size).toBe(b.heard.length);
});

test('a node that falls silent without a goodbye may have had something to tell', async () => {
  const { create } = network();
  const clock = new ManualClock();
  const a = await started(create, 'a', clock);
  // For them no time passes: they never say that they live.
  const b = await started(create, 'b');
  const c = await started(create, 'c');
  await b.bus.tell('word', 1);
  await c.bus.tell('word', 2);
  await expect.poll(() => a.heard).toHaveLength(2);
  await c.bus.close();
  await expect.poll(() => a.bus.tell('any', 0)).toBe(1);
  clock.advance(14_999);
  await a.bus.tell('any', 0);
  expect(a.missed).toBe(0);
  clock.advance(5000);
  await expect.poll(() => a.missed).toBe(1);
});
