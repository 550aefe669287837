/**
 * The database of the server and of its kits: one query builder, on SQLite or PostgreSQL.
 *
 * On SQLite there is one connection, so a query outside a transaction waits until the transaction has ended: inside one,
 * use the transaction's own `db`.
 *
 * @module
 */
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  Kysely,
  PostgresDialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely';
import type { CoreTables } from './migrations.ts';
import { openSqlite } from './sqlite.ts';

export interface DatabaseOptions {
  /** The data directory; SQLite's file is `tidings.db` in it. */
  readonly directory: string;
  /** `postgres://user:password@host:port/database`. @default SQLite in the data directory */
  readonly url?: string | undefined;
  /** Connections to PostgreSQL at once. @default 10 */
  readonly connections?: number | undefined;
  /** A connection to PostgreSQL broke; the next query takes another. */
  readonly onError: (error: unknown) => void;
}

const DATABASE_FILE = 'tidings.db';

const DEFAULT_CONNECTIONS = 10;

/** How long to wait for a connection to PostgreSQL, milliseconds. */
const CONNECT_TIMEOUT = 10_000;

/** PostgreSQL's type `bigint`, which pg gives as text unless told otherwise. */
const INT8 = 20;

/**
 * Opens the database. `destroy()` of the result closes it.
 *
 * @throws Error that says what is wrong with the SQLite file, or that the URL is none of PostgreSQL.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Kysely<CoreTables>> {
  const { url, directory } = options;
  if (url !== undefined) return new Kysely({ dialect: await postgres(url, options) });
  const file = openSqlite(join(directory, DATABASE_FILE));
  const db = new Kysely<CoreTables>({ dialect: new NodeSqliteDialect({ database: new NodeSqlite(file) }) });
  // Kysely closes only what it has used.
  await db.connection().execute(async () => {});
  return db;
}

async function postgres(url: string, options: DatabaseOptions): Promise<PostgresDialect> {
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new Error('The database URL must begin with postgres:// (leave it out for SQLite).');
  const { default: pg } = await import('pg');
  const { types } = pg;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? DEFAULT_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    types: {
      // Ids and times are whole numbers on both databases.
      getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)),
    },
  });
  // The pool tells of connections that nobody uses alone; one that breaks while it is used would end the process.
  pool.on('connect', (connection) => connection.on('error', options.onError));
  pool.on('error', () => {});
  return new PostgresDialect({ pool });
}

class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** A migration that a dying process leaves half done must not be there: SQLite can do that, Kysely only does not use it. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** What Kysely wants of a driver, by node:sqlite. */
class NodeSqlite implements SqliteDatabase {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  prepare(sql: string): SqliteStatement {
    // SQLite has rolled back by itself when the disk is full; the caller is to see that error, not one of a second rollback.
    if (sql === 'rollback' && !this.#db.isTransaction) return NOTHING;
    const statement = this.#db.prepare(sql);
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
      run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
      iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
    };
  }

  close(): void {
    this.#db.close();
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};
