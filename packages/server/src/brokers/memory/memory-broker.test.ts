import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HistoryPolicy, PublishRequest } from '../../core/ports/broker.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { ManualClock } from '../../core/testing/manual-clock.ts';
import { SqliteJournal } from '../../storage/journal/sqlite-journal.ts';
import { JournalOnSmallDisk } from '../../storage/testing/journal-on-small-disk.ts';
import { temporaryDirectory } from '../../storage/testing/temporary-directory.ts';
import { runBrokerSuite } from '../broker-suite.ts';
import { type BrokerFixture, startBroker } from '../testing/broker-fixture.ts';
import { runBrokerModel } from '../testing/broker-model.ts';
import { MemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts';

const MEMORY: HistoryPolicy = { durable: false, size: 100, ttl: 1e9, keyWindow: 1000 };
const DURABLE: HistoryPolicy = { ...MEMORY, durable: true };

runBrokerSuite('MemoryBroker', {
  durable: false,
  fixture: () => ({ create: (clock) => new MemoryBroker({ clock }) }),
});

runBrokerSuite('MemoryBroker with SqliteJournal', { durable: true, fixture: () => journalled() });

describe('MemoryBroker whose memory holds one durable channel', () => {
  runBrokerModel(() => journalled({ maxHistoryBytes: 1 }), ['d:1', 'd:2', 'd:3']);
});

function journalled(options: Partial<MemoryBrokerOptions> = {}): BrokerFixture {
  const path = join(temporaryDirectory(), 'journal.db');
  let journal: JournalOnSmallDisk;
  return {
    create(clock: Clock) {
      journal = new JournalOnSmallDisk(path);
      return new MemoryBroker({ ...options, clock, journal });
    },
    breakStorage: () => journal.fill(),
  };
}

function request(channel: string, data: unknown = 1, rest: Partial<PublishRequest> = {}): PublishRequest {
  return { channel, event: 'x', json: JSON.stringify(data), ...rest };
}

describe('a memory that is full', () => {
  test('lets the least recently used channels go, and they say so', async () => {
    const { broker, heard } = await startBroker({
      create: (clock) => new MemoryBroker({ clock, maxHistoryBytes: 13_000 }),
    });
    const kilobyte = 'x'.repeat(1000);
    const receipts = [];
    for (const channel of ['a:1', 'a:2', 'a:3', 'a:4'])
      receipts.push(await broker.publish(request(channel, kilobyte), MEMORY));
    // Reading is using.
    await broker.read('a:1', MEMORY, {});
    for (const channel of ['a:5', 'a:6']) await broker.publish(request(channel, kilobyte), MEMORY);
    expect((await broker.list({ limit: 9 })).map(({ channel }) => channel)).toEqual([
      'a:1',
      'a:3',
      'a:4',
      'a:5',
      'a:6',
    ]);
    expect((await broker.read('a:1', MEMORY, { since: receipts[0]! })).recovered).toBe(true);
    const gone = await broker.read('a:2', MEMORY, { since: receipts[1]!, last: 9 });
    expect(gone).toMatchObject({ recovered: false, events: [], position: { offset: 0 } });
    expect((await broker.read('a:2', MEMORY, { after: heard[0]!.sequence })).recovered).toBe(false);
    const again = await broker.publish(request('a:2'), MEMORY);
    expect(again.offset).toBe(1);
    expect(again.epoch).not.toBe(receipts[1]!.epoch);
  });

  test('keeps a channel that alone is too large', async () => {
    const { broker } = await startBroker({
      create: (clock) => new MemoryBroker({ clock, maxHistoryBytes: 1 }),
    });
    const first = await broker.publish(request('a:1'), MEMORY);
    await broker.publish(request('a:1'), MEMORY);
    expect((await broker.read('a:1', MEMORY, { since: first })).recovered).toBe(true);
  });

  test('counts down to nothing what was counted up', async () => {
    const clock = new ManualClock();
    const broker = new MemoryBroker({ clock, maxHistoryBytes: 4000 });
    await broker.start(() => {});
    onTestFinished(() => broker.close());
    const policy = { ...MEMORY, size: 3, ttl: 1000 };
    // Trimmed, expired, cleared: were any of it counted still, the two channels below would not fit.
    for (let round = 0; round < 50; round += 1)
      await broker.publish(request(`a:${round % 2}`, 'x'.repeat(99)), policy);
    clock.advance(60_000);
    for (const channel of ['a:0', 'a:1']) await broker.clear(channel, policy);
    const receipts = [
      await broker.publish(request('b:1'), policy),
      await broker.publish(request('b:2'), policy),
    ];
    for (const since of receipts)
      expect((await broker.read(since.channel, policy, { since })).recovered).toBe(true);
  });

  test('a durable channel comes back from disk', async () => {
    const { broker } = await startBroker(journalled({ maxHistoryBytes: 1 }));
    const first = await broker.publish(request('a:1', 1), DURABLE);
    await broker.publish(request('a:1', 2), DURABLE);
    await broker.publish(request('a:2'), DURABLE);
    const slice = await broker.read('a:1', DURABLE, { since: first });
    expect(slice).toMatchObject({ recovered: true, events: [{ offset: 2, json: '2' }] });
  });
});

test('surplus rows are deleted from disk though their channel was out of memory meanwhile', async () => {
  const fixture = journalled({ maxHistoryBytes: 1 });
  const { broker } = await startBroker(fixture);
  const policy = { ...DURABLE, size: 20 };
  for (let round = 0; round < 100; round += 1) {
    await broker.publish(request('a:1'), policy);
    await broker.publish(request('a:2'), policy);
  }
  await broker.publish(request('a:3'), policy);
  for (const { channel, events } of await broker.list({ prefix: 'a:', limit: 2 }))
    expect(events, channel).toBeLessThanOrEqual(22);
});

test('a commit waits, but not for long, while far fewer publish than it answered the last time', async () => {
  const ticks: (() => void)[] = [];
  const tick = async () => {
    ticks.shift()?.();
    await Promise.resolve();
  };
  const path = join(temporaryDirectory(), 'journal.db');
  const journal = new JournalOnSmallDisk(path);
  const clock = new ManualClock();
  const broker = new MemoryBroker({ clock, journal, endOfTick: (callback) => ticks.push(callback) });
  const heard: number[] = [];
  await broker.start(({ offset }) => heard.push(offset));
  onTestFinished(() => broker.close());
  const publish = (count: number) => {
    for (let n = 0; n < count; n += 1) void broker.publish(request('a:1'), DURABLE);
  };

  publish(8);
  await tick();
  expect(heard.length).toBe(8);
  publish(2);
  await tick();
  expect(heard.length).toBe(8);
  publish(2);
  await tick();
  expect(heard.length).toBe(12);
  publish(1);
  for (let waited = 0; waited < 3; waited += 1) await tick();
  expect(heard.length).toBe(13);
  // One that is alone waits for nobody.
  publish(1);
  await tick();
  expect(heard.length).toBe(14);
});

test('a durable publish without a journal is refused', async () => {
  const { broker } = await startBroker({ create: (clock) => new MemoryBroker({ clock }) });
  await expect(broker.publish(request('a:1'), DURABLE)).rejects.toThrow(
    expect.objectContaining({ code: 'storage_unavailable' }),
  );
});

test('a table full of keys refuses more instead of forgetting one, until some have expired', async () => {
  const clock = new ManualClock();
  const broker = new MemoryBroker({ clock, maxKeys: 2 });
  await broker.start(() => {});
  onTestFinished(() => broker.close());
  const publish = (key: string) => broker.publish(request('a:1', 1, { key }), MEMORY);
  await publish('1');
  await publish('2');
  await expect(publish('3')).rejects.toThrow(expect.objectContaining({ code: 'rate_limited' }));
  expect((await publish('1')).offset).toBe(1);
  expect((await broker.publish(request('a:1'), MEMORY)).offset).toBe(3);
  clock.advance(1000);
  expect((await publish('3')).offset).toBe(4);
});

test('expired rows leave the disk in time, however many there are', async () => {
  const clock = new ManualClock();
  const path = join(temporaryDirectory(), 'journal.db');
  const journal = new SqliteJournal(path);
  const broker = new MemoryBroker({ clock, journal });
  await broker.start(() => {});
  onTestFinished(() => broker.close());
  const policy = { ...DURABLE, size: 10_000, ttl: 1000 };
  await Promise.all(
    Array.from({ length: 5000 }, (_, index) => broker.publish(request(`a:${index % 3}`), policy)),
  );
  expect(journal.list({ limit: 9 }).map(({ events }) => events)).toEqual([1667, 1667, 1666]);
  clock.advance(31_000);
  expect(journal.list({ limit: 9 }).map(({ events }) => events)).toEqual([0, 0, 0]);
});

test('expired rows that take minutes to delete are deleted no faster for that, and others are served', async () => {
  const journal = new SqliteJournal(join(temporaryDirectory(), 'journal.db'));
  let sweeps = 0;
  journal.sweep = () => {
    sweeps += 1;
    return false;
  };
  const clock = new ManualClock();
  await startBroker({ create: () => new MemoryBroker({ clock, journal }) }, clock);
  const ofMinute = () => {
    const before = sweeps;
    clock.advance(60_000);
    return sweeps - before;
  };
  clock.advance(30_000);
  expect([ofMinute(), ofMinute(), ofMinute()]).toEqual([600, 600, 600]);
});

test('many durable publishes of one tick are one commit', async () => {
  const journal = new SqliteJournal(join(temporaryDirectory(), 'journal.db'));
  let commits = 0;
  const { commit } = journal;
  journal.commit = (entries, trims) => {
    commits += 1;
    commit.call(journal, entries, trims);
  };
  const { broker } = await startBroker({ create: (clock) => new MemoryBroker({ clock, journal }) });
  await Promise.all(
    Array.from({ length: 500 }, (_, index) => broker.publish(request(`a:${index}`), DURABLE)),
  );
  expect(commits).toBe(1);
});
