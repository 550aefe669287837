import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { TidingsError } from '@tidings/protocol';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Publication } from '../core/ports/publication.ts';
import { ManualClock } from '../core/testing/manual-clock.ts';
import { openDatabase } from './database.ts';
import { CORE_MIGRATIONS, type CoreTables, migrate } from './migrations.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import { startPostgres, type TestPostgres } from './testing/postgres.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

interface Tables {
  accounts: { name: string };
}

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
}, 60_000);
afterAll(() => postgres?.stop());

async function openMigrated(directory: string, url?: string): Promise<Kysely<CoreTables>> {
  const db = await openDatabase({
    directory,
    url,
    onError(error) {
      throw error;
    },
  });
  onTestFinished(() => db.destroy());
  await migrate(db, 'core', CORE_MIGRATIONS);
  await sql`CREATE TABLE IF NOT EXISTS accounts (name text primary key)`.execute(db);
  await sql`DELETE FROM accounts`.execute(db);
  return db;
}

/** An outbox whose events arrive in `published`; `until` waits for as many as it says. */
function createOutbox(db: Kysely<CoreTables>, options: Partial<OutboxOptions> = {}) {
  const clock = new ManualClock();
  const published: Publication[] = [];
  const logged: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const signal = () => {
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  const outbox = new Outbox({
    db,
    clock,
    check: ({ data = null }) => JSON.stringify(data),
    log: {
      warn: (_, message) => {
        logged.push(message);
        signal();
      },
      error: (_, message) => {
        logged.push(message);
        signal();
      },
    },
    ...options,
    async publish(publication) {
      await options.publish?.(publication);
      published.push(publication);
      signal();
    },
  });
  onTestFinished(() => outbox.close());
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await Promise.race([arrived.promise, new Promise(setImmediate)]);
  };
  return { outbox, clock, published, logged, until };
}

const left = (db: Kysely<CoreTables>) => db.selectFrom('outbox').selectAll().execute();

describe.each(['SQLite', 'PostgreSQL'])('on %s', (name) => {
  const open = () => openMigrated(temporaryDirectory(), name === 'SQLite' ? undefined : postgres.url);

  test('what a transaction publishes is heard once it has committed, in order, and not before', async () => {
    const db = await open();
    const { outbox, published, until } = createOutbox(db);
    await outbox.start();
    const answer = await outbox.transaction<Tables, number>(async (transaction) => {
      await transaction.db.insertInto('accounts').values({ name: 'ann' }).execute();
      for (const data of [1, 2, 3])
        await transaction.publish({ channel: 'a:1', event: 'x', data, user: 'ann', conflate: 'c' });
      expect(published).toEqual([]);
      return 7;
    });
    expect(answer).toBe(7);
    await until(() => published.length === 3);
    expect(published.map(({ data }) => data)).toEqual([1, 2, 3]);
    expect(published[0]).toMatchObject({ channel: 'a:1', event: 'x', user: 'ann', conflate: 'c' });
    await until(async () => (await left(db)).length === 0);
  });

  test('each event has a key of its own that names the database and the row', async () => {
    const db = await open();
    const { outbox, published, until } = createOutbox(db);
    await outbox.start();
    await outbox.transaction(async ({ publish }) => {
      await publish({ channel: 'a:1', event: 'x' });
      await publish({ channel: 'a:1', event: 'x' });
      await publish({ channel: 'a:1', event: 'x', key: 'mine' });
    });
    await until(() => published.length === 3);
    const keys = published.map(({ key }) => key);
    expect(keys[0]).toMatch(/^outbox:[0-9a-f]{12}:\d+$/);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('mine');
  });

  test('what a transaction that fails has published is never heard', async () => {
    const db = await open();
    const { outbox, published, until } = createOutbox(db);
    await outbox.start();
    const failing = outbox.transaction<Tables, void>(async (transaction) => {
      await transaction.publish({ channel: 'a:1', event: 'lost' });
      await transaction.db.insertInto('accounts').values({ name: 'bob' }).execute();
      await transaction.db.insertInto('accounts').values({ name: 'bob' }).execute();
    });
    await expect(failing).rejects.toThrow(/unique/i);
    await outbox.transaction(async ({ publish }) => publish({ channel: 'a:1', event: 'kept' }));
    await until(() => published.length > 0);
    expect(published.map(({ event }) => event)).toEqual(['kept']);
  });
});

test('an event that does not pass the check fails the transaction', async () => {
  const db = await openMigrated(temporaryDirectory());
  const { outbox } = createOutbox(db, {
    check() {
      throw new TidingsError('event_rejected');
    },
  });
  await outbox.start();
  await expect(outbox.transaction(({ publish }) => publish({ channel: 'a:1', event: 'x' }))).rejects.toThrow(
    expect.objectContaining({ code: 'event_rejected' }),
  );
  expect(await left(db)).toEqual([]);
});

test('a transaction inside another is refused instead of waiting for ever', async () => {
  const db = await openMigrated(temporaryDirectory());
  const { outbox } = createOutbox(db);
  await outbox.start();
  const nested = outbox.transaction(() => outbox.transaction(async () => {}));
  await expect(nested).rejects.toThrow('inside another');
  // What such a transaction started and left behind may begin one of its own afterwards.
  let later: () => Promise<string> = async () => '';
  await outbox.transaction(async () => {
    const run = Promise.withResolvers<void>();
    const done = run.promise.then(() => outbox.transaction(async () => 'fine'));
    later = () => {
      run.resolve();
      return done;
    };
  });
  expect(await later()).toBe('fine');
});

test('a storage error makes the channel wait, in order, and no other channel', async () => {
  const db = await openMigrated(temporaryDirectory());
  let full = true;
  const { outbox, clock, published, logged, until } = createOutbox(db, {
    async publish({ channel }) {
      if (full && channel === 'a:full') throw new TidingsError('storage_full');
    },
  });
  await outbox.start();
  await outbox.transaction(async ({ publish }) => {
    for (const data of [1, 2]) await publish({ channel: 'a:full', event: 'x', data });
    await publish({ channel: 'a:free', event: 'x', data: 3 });
  });
  await until(async () => (await left(db)).length === 2);
  expect(logged.length).toBe(1);
  await outbox.transaction(({ publish }) => publish({ channel: 'a:free', event: 'x', data: 4 }));
  await until(async () => (await left(db)).length === 2 && published.length === 2);
  expect(logged.length).toBe(1);
  clock.advance(100);
  await until(() => logged.length === 2 && clock.timers === 2);
  full = false;
  clock.advance(199);
  expect(published.length).toBe(2);
  clock.advance(1);
  await until(async () => (await left(db)).length === 0);
  expect(published.map(({ data }) => data)).toEqual([3, 4, 1, 2]);
});

test('an event that can never be published is marked and does not hold up those after it', async () => {
  const db = await openMigrated(temporaryDirectory());
  const { outbox, published, logged, until } = createOutbox(db, {
    async publish({ event }) {
      if (event === 'gone') throw new TidingsError('unknown_namespace');
    },
  });
  await outbox.start();
  await outbox.transaction(async ({ publish }) => {
    await publish({ channel: 'a:1', event: 'gone' });
    await publish({ channel: 'a:1', event: 'fine' });
  });
  await until(async () => published.length === 1 && (await left(db)).length === 1);
  expect(logged).toEqual([expect.stringContaining('never be published')]);
  expect(await left(db)).toEqual([
    expect.objectContaining({ event: 'gone', failed: 'No namespace of this name is configured.' }),
  ]);
});

test('an error without a code is tried again, and given up in the end', async () => {
  const db = await openMigrated(temporaryDirectory());
  let attempts = 0;
  const { outbox, clock, published, until } = createOutbox(db, {
    async publish({ event }) {
      if (event !== 'fine') {
        attempts += 1;
        throw new TypeError('a bug');
      }
    },
  });
  await outbox.start();
  await outbox.transaction(async ({ publish }) => {
    await publish({ channel: 'a:1', event: 'broken' });
    await publish({ channel: 'a:1', event: 'fine' });
  });
  await until(() => {
    clock.advance(30_000);
    return published.length === 1;
  });
  expect(attempts).toBe(8);
  await until(async () => (await left(db)).length === 1);
});

test('many rows go out in order, though more than are read at once', async () => {
  const db = await openMigrated(temporaryDirectory());
  const { outbox, published, until } = createOutbox(db);
  await outbox.transaction(async ({ publish }) => {
    for (let data = 0; data < 950; data += 1) await publish({ channel: `a:${data % 7}`, event: 'x', data });
  });
  await outbox.start();
  await until(async () => published.length === 950 && (await left(db)).length === 0);
  for (let rest = 0; rest < 7; rest += 1) {
    const own = published.filter(({ channel }) => channel === `a:${rest}`).map(({ data }) => Number(data));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test('one relay at a time: a commit while it runs is not published twice', async () => {
  const db = await openMigrated(temporaryDirectory());
  let concurrent = 0;
  const { outbox, published, until } = createOutbox(db, {
    async publish() {
      concurrent += 1;
      expect(concurrent).toBe(1);
      await new Promise(setImmediate);
      concurrent -= 1;
    },
  });
  await outbox.start();
  const commits = Array.from({ length: 30 }, (_, data) =>
    outbox.transaction(({ publish }) => publish({ channel: 'a:1', event: 'x', data })),
  );
  await Promise.all(commits);
  await until(async () => (await left(db)).length === 0);
  expect(published.map(({ data }) => data)).toEqual(Array.from({ length: 30 }, (_, data) => data));
});

test('what was committed before kill -9 is published at the next start, with the key it would have had', async () => {
  const directory = temporaryDirectory();
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    const { openDatabase } = await import(${module('./database.ts')});
    const { CORE_MIGRATIONS, migrate } = await import(${module('./migrations.ts')});
    const { Outbox } = await import(${module('./outbox.ts')});
    const { systemClock } = await import(${module('../core/ports/clock.ts')});
    const db = await openDatabase({ directory: ${JSON.stringify(directory)}, onError: console.error });
    await migrate(db, 'core', CORE_MIGRATIONS);
    const outbox = new Outbox({
      db, clock: systemClock, log: console,
      check: ({ data }) => JSON.stringify(data),
      publish: async ({ key, event }) => {
        if (event === 'second') process.kill(process.pid, 'SIGKILL');
        console.log(key);
      },
    });
    await outbox.start();
    await outbox.transaction(async ({ publish }) => {
      await publish({ channel: 'a:1', event: 'first', data: 1 });
      await publish({ channel: 'a:1', event: 'second', data: { n: 2 } });
    });
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let keys = '';
  child.stdout.on('data', (text: Buffer) => {
    keys += text.toString();
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');

  const db = await openMigrated(directory);
  const { outbox, published, until } = createOutbox(db);
  await outbox.start();
  await until(() => published.length === 2);
  expect(published.map(({ event, data }) => [event, data])).toEqual([
    ['first', 1],
    ['second', { n: 2 }],
  ]);
  // The first had been acknowledged, and comes again under the same key, so that it has one effect.
  expect(published[0]?.key).toBe(keys.trim());
});
