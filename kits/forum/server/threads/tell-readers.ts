/**
 * Who is told of a post: those whom it names, the one whom it answers, and those who follow the thread.
 *
 * @module
 */
import type { KitTransaction } from '@tidings/server/kit';
import { mentionsIn } from '../../../shared/server/mentions.ts';
import type { ThreadRow } from '../access.ts';
import { userChannel } from '../channels.ts';
import type { Db, ForumTables } from '../tables.ts';
import { excerpt, searchText } from './text.ts';
import { type PostRow, postId } from './views.ts';

type Transaction = KitTransaction<ForumTables>;

/** Characters of a name, and of a thread's title, for which a notification's title has room. */
const SHORT_NAME = 30;
const SHORT_TITLE = 50;

/** Followers that one post tells; the others are told of the next. */
const MAX_TOLD = 500;

/**
 * Tells each once of a post; nobody of their own, nobody who has muted the thread or may not read it. A follower is told of
 * a reply, and then of none until they have read on.
 */
export async function tellReaders(transaction: Transaction, thread: ThreadRow, post: PostRow): Promise<void> {
  const { db, notify } = transaction;
  const mentioned = new Set(await mentionedIn(db, post));
  const answered = await answeredBy(db, post);
  const waiting = await followersToTell(db, thread.id);
  const all = new Set([...mentioned, ...answered, ...waiting]);
  all.delete(post.user);
  const tellable = await whoMayBeTold(db, thread, [...all]);
  // In the same order everywhere, so that no two transactions wait for each other's users.
  for (const user of tellable.toSorted()) {
    const kind = mentioned.has(user) ? 'mention' : 'reply';
    await notify(user, {
      template: kind,
      values: {
        name: excerpt(post.name, SHORT_NAME),
        title: excerpt(thread.title, SHORT_TITLE),
        text: excerpt(post.content),
      },
      key: `${kind}:${postId(thread.id, post.seq)}`,
      url: `/forum?thread=${thread.id}&post=${post.seq}`,
      data: { thread_id: thread.id, seq: post.seq, by: post.user },
    });
  }
  const told = tellable.filter((user) => waiting.includes(user));
  if (told.length > 0)
    await db
      .updateTable('forum_readers')
      .set({ told: 1 })
      .where('thread', '=', thread.id)
      .where('user', 'in', told)
      .execute();
}

/** Users whom a post names as `@user`, by their id or by their name. */
async function mentionedIn(db: Db, { content }: PostRow): Promise<readonly string[]> {
  const named = mentionsIn(content);
  if (named.length === 0) return [];
  const rows = await db
    .selectFrom('forum_people')
    .select('user')
    .where((row) => row.or([row('user', 'in', named), row('search_name', 'in', named.map(searchText))]))
    .limit(MAX_TOLD)
    .execute();
  return rows.map(({ user }) => user);
}

/** The writer of the post that a post answers. */
async function answeredBy(db: Db, { thread, reply_to }: PostRow): Promise<readonly string[]> {
  if (reply_to === null) return [];
  const rows = await db
    .selectFrom('forum_posts')
    .select('user')
    .where('thread', '=', thread)
    .where('seq', '=', reply_to)
    .execute();
  return rows.map(({ user }) => user);
}

async function followersToTell(db: Db, thread: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('forum_readers')
    .select('user')
    .where('thread', '=', thread)
    .where('mode', '=', 'follow')
    .where('told', '=', 0)
    .orderBy('user')
    .limit(MAX_TOLD)
    .execute();
  return rows.map(({ user }) => user);
}

/** Of some users those who have not muted the thread, are not banned, and may read it. */
async function whoMayBeTold(db: Db, thread: ThreadRow, users: readonly string[]): Promise<readonly string[]> {
  const tellable = users.filter((user) => userChannel(user) !== undefined);
  if (tellable.length === 0) return [];
  const muted = await db
    .selectFrom('forum_readers')
    .select('user')
    .where('thread', '=', thread.id)
    .where('mode', '=', 'mute')
    .where('user', 'in', tellable)
    .execute();
  const banned = await db.selectFrom('forum_bans').select('user').where('user', 'in', tellable).execute();
  const without = new Set([...muted, ...banned].map(({ user }) => user));
  const board = await db
    .selectFrom('forum_boards')
    .select('private')
    .where('id', '=', thread.board)
    .executeTakeFirst();
  const members =
    board?.private === 1
      ? await db
          .selectFrom('forum_board_members')
          .select('user')
          .where('board', '=', thread.board)
          .where('user', 'in', tellable)
          .execute()
      : undefined;
  const allowed = members && new Set(members.map(({ user }) => user));
  return tellable.filter((user) => !without.has(user) && (!allowed || allowed.has(user)));
}
