import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { CoreTables } from '../../storage/migrations.ts';

/** Has the changes of one user's inbox come one after the other, until the transaction ends. SQLite does so by itself. */
export async function lockInbox(db: Kysely<CoreTables>, user: string): Promise<void> {
  if (db.getExecutor().adapter instanceof PostgresAdapter)
    await sql`select pg_advisory_xact_lock(hashtextextended(${`inbox ${user}`}, 0))`.execute(db);
}
