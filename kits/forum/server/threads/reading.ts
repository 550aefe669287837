/**
 * Reading: how far each user has read each thread, and what they want to hear of it, the same on all devices.
 *
 * @module
 */
import type { KitTransaction } from '@tidings/server/kit';
import type { FollowMode, ForumRead, MyThread } from '../../events.ts';
import { isReadableRow, noSuch, readableThread, type ThreadRow } from '../access.ts';
import type { User } from '../callers.ts';
import { userChannel } from '../channels.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { lockThread } from './lock-thread.ts';
import { threadView } from './views.ts';

type Transaction = KitTransaction<ForumTables>;
type ReaderRow = ForumTables['forum_readers'];

/** Threads as one user sees them; nobody in particular has read nothing and follows nothing. */
export async function mine(
  db: Db,
  user: string | undefined,
  threads: readonly ThreadRow[],
): Promise<readonly MyThread[]> {
  const ids = threads.map(({ id }) => id);
  const readers =
    user === undefined || ids.length === 0
      ? []
      : await db
          .selectFrom('forum_readers')
          .selectAll()
          .where('user', '=', user)
          .where('thread', 'in', ids)
          .execute();
  const unread = await unreadOf(db, user, ids);
  const byThread = new Map(readers.map((reader) => [reader.thread, reader]));
  return threads.map((thread) => {
    const reader = byThread.get(thread.id);
    return {
      ...threadView(thread),
      read_seq: reader?.read_seq ?? 0,
      unread: unread.get(thread.id) ?? 0,
      mode: (reader?.mode ?? 'none') as FollowMode,
    };
  });
}

/** How many posts of others a user has not read, by thread. */
async function unreadOf(
  db: Db,
  user: string | undefined,
  threads: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (user === undefined || threads.length === 0) return new Map();
  const rows = await db
    .selectFrom('forum_posts')
    .leftJoin('forum_readers', (join) =>
      join.onRef('forum_readers.thread', '=', 'forum_posts.thread').on('forum_readers.user', '=', user),
    )
    .select(({ fn }) => ['forum_posts.thread', fn.countAll().as('count')])
    .where('forum_posts.thread', 'in', threads)
    .where('forum_posts.user', '!=', user)
    .where('forum_posts.deleted', '=', 0)
    .where((row) => row('forum_posts.seq', '>', row.fn.coalesce('forum_readers.read_seq', row.lit(0))))
    .groupBy('forum_posts.thread')
    .execute();
  return new Map(rows.map(({ thread, count }) => [thread, Number(count)]));
}

/** Threads that somebody takes part in, and that others have written in since; the newest activity first. */
export async function unreadThreads(db: Db, user: User, limit: number): Promise<readonly MyThread[]> {
  const rows = await db
    .selectFrom('forum_threads')
    .innerJoin('forum_readers', 'forum_readers.thread', 'forum_threads.id')
    .innerJoin('forum_boards', 'forum_boards.id', 'forum_threads.board')
    .selectAll('forum_threads')
    .where('forum_readers.user', '=', user.user)
    .where('forum_readers.mode', '!=', 'mute')
    .where((row) =>
      row.exists(
        row
          .selectFrom('forum_posts')
          .select('forum_posts.seq')
          .whereRef('forum_posts.thread', '=', 'forum_threads.id')
          .whereRef('forum_posts.seq', '>', 'forum_readers.read_seq')
          .where('forum_posts.user', '!=', user.user)
          .where('forum_posts.deleted', '=', 0),
      ),
    )
    .where(isReadableRow(user))
    .orderBy('forum_threads.active', 'desc')
    .orderBy('forum_threads.id')
    .limit(limit)
    .execute();
  return mine(db, user.user, rows);
}

/** A user's own post is read, when what came before it is; who writes in a thread follows it, unless they said otherwise. */
export async function countOwn(db: Db, thread: string, user: string, seq: number): Promise<void> {
  await db
    .insertInto('forum_readers')
    .values({ thread, user, read_seq: seq, mode: 'follow' satisfies FollowMode, told: 0 })
    .onConflict((conflict) => conflict.columns(['thread', 'user']).doNothing())
    .execute();
  await db
    .updateTable('forum_readers')
    .set({ read_seq: seq })
    .where('thread', '=', thread)
    .where('user', '=', user)
    .where('read_seq', '=', seq - 1)
    .execute();
}

/**
 * Marks a thread as read up to a place, or all of it. A place that is behind what is read already changes nothing, so that
 * devices may tell it in any order.
 *
 * @throws TidingsError `not_found`
 */
export function markRead(forum: Forum, user: User, thread: string, seq?: number): Promise<ForumRead> {
  return changeReader(forum, user, thread, ({ last_seq }, before) => {
    const read_seq = Math.max(Math.min(seq ?? last_seq, last_seq), before.read_seq);
    return { read_seq, told: read_seq > before.read_seq ? 0 : before.told };
  });
}

/** Says what a user wants to hear of a thread. @throws TidingsError `not_found` */
export function setMode(forum: Forum, user: User, thread: string, mode: FollowMode): Promise<ForumRead> {
  return changeReader(forum, user, thread, () => ({ mode, told: 0 }));
}

function changeReader(
  forum: Forum,
  user: User,
  id: string,
  change: (thread: ThreadRow, before: ReaderRow) => Partial<ReaderRow>,
): Promise<ForumRead> {
  return forum.transaction(async (transaction) => {
    const { db } = transaction;
    const thread = await lockThread(db, id);
    if (!thread) throw noSuch('thread');
    await readableThread(db, user, id);
    const known = await db
      .selectFrom('forum_readers')
      .selectAll()
      .where('thread', '=', id)
      .where('user', '=', user.user)
      .executeTakeFirst();
    const before = known ?? { thread: id, user: user.user, read_seq: 0, mode: 'none', told: 0 };
    const after = { ...before, ...change(thread, before) };
    await db
      .insertInto('forum_readers')
      .values(after)
      .onConflict((conflict) => conflict.columns(['thread', 'user']).doUpdateSet(after))
      .execute();
    const unread = (await unreadOf(db, user.user, [id])).get(id) ?? 0;
    const read: ForumRead = {
      kind: 'forum_read',
      thread_id: id,
      read_seq: after.read_seq,
      unread,
      mode: after.mode as FollowMode,
    };
    if (!known || after.read_seq !== before.read_seq || after.mode !== before.mode)
      await tellRead(transaction, user.user, read);
    return read;
  });
}

/** Tells a user's devices. */
async function tellRead({ publish }: Transaction, user: string, read: ForumRead): Promise<void> {
  const channel = userChannel(user);
  if (channel) await publish({ channel, event: 'update', data: read });
}
