import type { KitTransaction } from '@tidings/server/kit';
import type { Post } from '../../events.ts';
import { MODERATION } from '../channels.ts';
import type { ForumTables } from '../tables.ts';
import { time } from '../threads/views.ts';
import type { Held } from './check-content.ts';

/** A post that waits for a moderator, as it is in the database. */
export type HeldRow = Omit<ForumTables['forum_held'], 'id'> & { readonly id: number };

const PREFIX = 'held:';

/** The id of a post that waits. */
export function heldId(id: number): string {
  return `${PREFIX}${id}`;
}

/** Has a post wait for a moderator. */
export async function hold(
  { db, publish }: KitTransaction<ForumTables>,
  draft: Omit<HeldRow, 'id' | 'why'>,
  why: Held,
): Promise<Post> {
  const { id } = await db
    .insertInto('forum_held')
    .values({ ...draft, why })
    .returning('id')
    .executeTakeFirstOrThrow();
  await publish({ channel: MODERATION, event: 'queue_changed', data: {} });
  return heldView({ ...draft, why, id });
}

/** A post that waits, as its writer and moderators see it. */
export function heldView(row: HeldRow): Post {
  return {
    id: heldId(row.id),
    thread_id: row.thread,
    seq: null,
    user_id: row.user,
    username: row.name,
    content: row.content,
    reply_to: row.reply_to,
    timestamp: time(row.at),
    edited: null,
    state: 'held',
  };
}
