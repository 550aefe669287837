import type { Kysely } from 'kysely';
import type { CoreTables } from '../../storage/migrations.ts';
import type { InboxTables } from './tables.ts';

/** Rows deleted at once, so that nobody waits long. */
const CHUNK = 1000;

/** As a type and not an interface, which `withTables` asks for. */
type Tables = Pick<InboxTables, 'notifications'>;

/** Deletes notifications that have expired, or are older than they are kept. @param keep milliseconds. */
export async function sweep(db: Kysely<CoreTables>, now: number, keep: number): Promise<void> {
  const tables = db.withTables<Tables>();
  for (const column of ['expires_at', 'at'] as const) {
    const until = column === 'at' ? now - keep : now;
    let deleted: bigint;
    do {
      const result = await tables
        .deleteFrom('notifications')
        .where('id', 'in', (query) =>
          query.selectFrom('notifications').select('id').where(column, '<=', until).limit(CHUNK),
        )
        .executeTakeFirstOrThrow();
      deleted = result.numDeletedRows;
    } while (deleted === BigInt(CHUNK));
  }
}
