import { type Kysely, PostgresAdapter } from 'kysely';

/**
 * The type of a column that holds bytes, which SQLite and PostgreSQL call differently. A `Uint8Array` is written; a `Buffer`
 * or another `Uint8Array` is read.
 *
 * @example
 * await db.schema.createTable('pictures').addColumn('content', bytesType(db)).execute();
 */
export function bytesType<Tables>(db: Kysely<Tables>): 'blob' | 'bytea' {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'bytea' : 'blob';
}
