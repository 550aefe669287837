import type { ThreadRow } from '../access.ts';
import type { Db } from '../tables.ts';

/** Holds a thread until the end of the transaction, so that what is done to it is done one after the other. */
export function lockThread(db: Db, id: string): Promise<ThreadRow | undefined> {
  return db
    .updateTable('forum_threads')
    .set((row) => ({ last_seq: row.ref('last_seq') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}
