/**
 * Migrations: how the tables of the server, and of each kit, come to be.
 *
 * Each owner's migrations are recorded in a table of their own, so that a kit can be added to a server later.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { Generated, Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { withId } from './with-id.ts';

/** The tables of the server itself. */
export interface CoreTables {
  /** Facts about the database, by name. */
  meta: { name: string; value: string };
  /** Events that a committed transaction has published and the broker has not acknowledged yet. */
  outbox: {
    id: Generated<number>;
    channel: string;
    event: string;
    /** The data as JSON text. */
    json: string;
    key: string | null;
    conflate: string | null;
    user: string | null;
    /** Milliseconds since 1970-01-01 UTC. */
    created: number;
    /** Why it can never be published; such a row stays for the operator to see. */
    failed: string | null;
  };
  /** The newest turn of each job that servers on one database share. */
  job_turns: {
    job: string;
    /** When it was due; milliseconds since 1970-01-01 UTC. */
    due: number;
    /** Until when the server that has it says it is at it; 0 once it is done. */
    until: number;
  };
}

/** The row of `meta` that tells this database from all others, for ever. */
const DATABASE_ID = 'database_id';

const DATABASE_ID_BYTES = 6;

export const CORE_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-outbox': {
    async up(db: Kysely<CoreTables>) {
      await db.schema
        .createTable('meta')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute();
      await db
        .insertInto('meta')
        .values({ name: DATABASE_ID, value: randomBytes(DATABASE_ID_BYTES).toString('hex') })
        .execute();
      await db.schema
        .createTable('outbox')
        .$call(withId(db))
        .addColumn('channel', 'text', (column) => column.notNull())
        .addColumn('event', 'text', (column) => column.notNull())
        .addColumn('json', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('conflate', 'text')
        .addColumn('user', 'text')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('failed', 'text')
        .execute();
    },
  },
  '002-job-turns': {
    async up(db: Kysely<CoreTables>) {
      await db.schema
        .createTable('job_turns')
        .addColumn('job', 'text', (column) => column.primaryKey())
        .addColumn('due', 'bigint', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};

/** What tells this database from all others, for ever. */
export async function databaseId(db: Kysely<CoreTables>): Promise<string> {
  const { value } = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', DATABASE_ID)
    .executeTakeFirstOrThrow();
  return value;
}

/**
 * Runs an owner's migrations that have not run yet, in order of name. On PostgreSQL several servers may start at once.
 *
 * @param owner `core`, or the name of a kit.
 * @throws Error that names the owner and the migration which failed; those before it have run.
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  owner: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const table = `migrations_${owner.replaceAll('-', '_')}`;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (!error) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw new Error(
    `${failed ? `Migration "${failed}"` : 'A migration'} of "${owner}" failed: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  );
}
