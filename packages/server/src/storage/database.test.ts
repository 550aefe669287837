import { openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Generated, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './database.ts';
import { CORE_MIGRATIONS, migrate } from './migrations.ts';
import { openSqlite } from './sqlite.ts';
import { startPostgres, type TestPostgres } from './testing/postgres.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';
import { withId } from './with-id.ts';

interface Tables {
  orders: { id: Generated<number>; total: number; note: string | null; at: number };
}

const orders: Migration = {
  async up(db: Kysely<Tables>) {
    await db.schema
      .createTable('orders')
      .$call(withId(db))
      .addColumn('total', 'integer', (column) => column.notNull())
      .addColumn('note', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
  },
};

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
}, 60_000);
afterAll(() => postgres?.stop());

const onError = (error: unknown) => {
  throw error;
};

async function open(url?: string, directory = temporaryDirectory()) {
  const db = await openDatabase({ directory, url, onError });
  onTestFinished(() => db.destroy());
  return db as unknown as Kysely<Tables>;
}

describe.each(['SQLite', 'PostgreSQL'])('on %s', (name) => {
  const url = () => (name === 'SQLite' ? undefined : postgres.url);

  test('migrations run once each, and a kit that comes later brings its own', async () => {
    const directory = temporaryDirectory();
    const db = await open(url(), directory);
    await migrate(db, 'core', CORE_MIGRATIONS);
    await migrate(db, 'core', CORE_MIGRATIONS);
    const kit = `late-${name.toLowerCase()}`;
    await migrate(db, kit, { '001-orders': orders });
    await migrate(db, kit, {
      '001-orders': orders,
      '002-paid': {
        async up(tables: Kysely<Tables>) {
          await tables.schema.alterTable('orders').addColumn('paid', 'integer').execute();
        },
      },
    });
    const { id } = await db
      .insertInto('orders')
      .values({ total: 5, note: null, at: Date.UTC(2026, 0, 1) })
      .returning('id')
      .executeTakeFirstOrThrow();
    expect(await db.selectFrom('orders').selectAll().execute()).toEqual([
      { id, total: 5, note: null, at: Date.UTC(2026, 0, 1), paid: null },
    ]);
    await db.deleteFrom('orders').execute();
    const next = await db.insertInto('orders').values({ total: 6, at: 0 }).returning('id').executeTakeFirst();
    expect(next?.id).toBe(id + 1);
    await db.schema.dropTable('orders').execute();
  });

  test('a migration that fails names itself and leaves nothing behind', async () => {
    const db = await open(url());
    const broken: Migration = {
      async up(tables: Kysely<Tables>) {
        await orders.up(tables);
        throw new Error('out of ideas');
      },
    };
    await expect(migrate(db, 'shop', { '001-orders': broken })).rejects.toThrow(
      'Migration "001-orders" of "shop" failed: out of ideas',
    );
    await migrate(db, 'shop', { '001-orders': orders });
    await db.schema.dropTable('orders').execute();
  });

  test('a transaction that throws has done nothing', async () => {
    const db = await open(url());
    await migrate(db, `rollback-${name.toLowerCase()}`, { '001-orders': orders });
    await expect(
      db.transaction().execute(async (transaction) => {
        await transaction.insertInto('orders').values({ total: 1, at: 0 }).execute();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await db.selectFrom('orders').selectAll().execute()).toEqual([]);
    await db.schema.dropTable('orders').execute();
  });
});

test('several servers may migrate one PostgreSQL at once', async () => {
  const databases = await Promise.all([open(postgres.url), open(postgres.url), open(postgres.url)]);
  await Promise.all(databases.map((db) => migrate(db, 'together', { '001-orders': orders })));
});

test('refuses a URL of another database', async () => {
  await expect(open('mysql://localhost/x')).rejects.toThrow('postgres://');
});

test('keeps foreign keys', async () => {
  const db = openSqlite(join(temporaryDirectory(), 'x.db'));
  onTestFinished(() => db.close());
  expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
});

test('a full SQLite says so, and goes on working', async () => {
  const directory = temporaryDirectory();
  const db = await open(undefined, directory);
  await migrate(db, 'shop', { '001-orders': orders });
  await db.connection().execute(async (connection) => {
    const { sql } = await import('kysely');
    const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(connection);
    await sql.raw(`PRAGMA max_page_count = ${rows[0]?.page_count}`).execute(connection);
  });
  const fill = db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('orders')
      .values({ total: 1, at: 0, note: 'x'.repeat(1e6) })
      .execute();
  });
  await expect(fill).rejects.toThrow('full');
  expect(await db.selectFrom('orders').selectAll().execute()).toEqual([]);
});

test('a damaged SQLite file is named, with what to do', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'tidings.db');
  writeFileSync(file, 'These are not the bytes you are looking for. '.repeat(100));
  await expect(open(undefined, directory)).rejects.toThrow(
    new RegExp(`^${file} is not an SQLite database; restore it`),
  );
  const intact = temporaryDirectory();
  const db = openSqlite(join(intact, 'tidings.db'));
  db.exec('CREATE TABLE a(b)');
  db.close();
  const handle = openSync(join(intact, 'tidings.db'), 'r+');
  writeSync(handle, Buffer.alloc(3000, 0xff), 0, 3000, 100);
  await expect(open(undefined, intact)).rejects.toThrow(/is damaged; restore it/);
  truncateSync(join(intact, 'tidings.db'), 0);
  await open(undefined, intact);
});

test('an exclusive file is refused to others', () => {
  const file = join(temporaryDirectory(), 'x.db');
  const db = openSqlite(file, { exclusive: true });
  onTestFinished(() => db.close());
  expect(() => openSqlite(file, { exclusive: true })).toThrow(`${file} is in use by another process`);
});

test('a PostgreSQL that goes away while a transaction is open fails that, and not the process', async () => {
  const own = startPostgres();
  const errors: unknown[] = [];
  const db = await openDatabase({
    directory: temporaryDirectory(),
    url: own.url,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => db.destroy());
  const uncaught: unknown[] = [];
  const catcher = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', catcher);
  onTestFinished(() => void process.off('uncaughtException', catcher));
  const work = db.transaction().execute(async (transaction) => {
    await transaction
      .selectFrom('meta')
      .selectAll()
      .execute()
      .catch(() => {});
    own.stop();
    await expect.poll(() => errors.length + uncaught.length).toBeGreaterThan(0);
  });
  await expect(work).rejects.toThrow();
  expect(uncaught).toEqual([]);
});
