/**
 * The queue of moderators: posts that were held back, and posts that somebody reported.
 *
 * @module
 */
import type { KitTransaction } from '@tidings/server/kit';
import { TidingsError } from '@tidings/server/kit';
import type { Post, QueueItem } from '../../events.ts';
import { noSuch, readableThread } from '../access.ts';
import type { Actor, User } from '../callers.ts';
import { MODERATION } from '../channels.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { lockThread } from '../threads/lock-thread.ts';
import { findPost, type Posts } from '../threads/posts.ts';
import { type PostRow, postId, postView, time } from '../threads/views.ts';
import { heldId, heldView } from './held.ts';

type Transaction = KitTransaction<ForumTables>;

/** Items that the queue shows at once. */
const MAX_ITEMS = 100;
/** Reports of one post that the queue shows. */
const MAX_REPORTS = 1000;

/** What a moderator decides: it may stand, or goes. */
export type Decision = 'approve' | 'remove';

/** Reports a post; who does it again has said it anew. @throws TidingsError `not_found`, `forbidden` */
export function report(
  forum: Forum,
  user: User,
  { thread, seq, reason }: { readonly thread: string; readonly seq: number; readonly reason: string },
): Promise<void> {
  return forum.transaction(async (transaction) => {
    const { db } = transaction;
    // Held, so that the post is not deleted meanwhile, with the reports that there are.
    await lockThread(db, thread);
    await readableThread(db, user, thread);
    const post = await findPost(db, thread, seq);
    if (post.user === user.user) throw new TidingsError('forbidden', 'This post is your own; delete it.');
    const row = { thread, seq, user: user.user, name: user.name, reason, at: forum.clock.now() };
    await db
      .insertInto('forum_reports')
      .values(row)
      .onConflict((conflict) => conflict.columns(['thread', 'seq', 'user']).doUpdateSet(row))
      .execute();
    await tellQueue(transaction);
  });
}

/** What waits for a moderator, the oldest first. */
export async function listQueue(db: Db): Promise<readonly QueueItem[]> {
  const held = await db
    .selectFrom('forum_held')
    .innerJoin('forum_threads', 'forum_threads.id', 'forum_held.thread')
    .selectAll('forum_held')
    .select(['forum_threads.title', 'forum_threads.board'])
    .orderBy('forum_held.id')
    .limit(MAX_ITEMS)
    .execute();
  const reported = await reportedPosts(db);
  const items = [
    ...held.map(({ title, board, ...row }) => ({
      id: heldId(row.id),
      kind: 'held' as const,
      post: heldView(row),
      title,
      board_id: board,
      why: row.why as QueueItem['why'],
      reports: [],
      timestamp: time(row.at),
    })),
    ...reported,
  ];
  return items.sort((one, other) => (one.timestamp < other.timestamp ? -1 : 1)).slice(0, MAX_ITEMS);
}

async function reportedPosts(db: Db): Promise<readonly QueueItem[]> {
  const rows = await db
    .selectFrom('forum_reports')
    .innerJoin('forum_posts', (join) =>
      join
        .onRef('forum_posts.thread', '=', 'forum_reports.thread')
        .onRef('forum_posts.seq', '=', 'forum_reports.seq'),
    )
    .innerJoin('forum_threads', 'forum_threads.id', 'forum_reports.thread')
    .selectAll('forum_posts')
    .select([
      'forum_threads.title',
      'forum_threads.board',
      'forum_reports.user as reporter',
      'forum_reports.name as reporter_name',
      'forum_reports.reason',
      'forum_reports.at as reported',
    ])
    .orderBy('forum_reports.at')
    .limit(MAX_REPORTS)
    .execute();
  const items = new Map<string, QueueItem>();
  for (const { title, board, reporter, reporter_name, reason, reported, ...row } of rows) {
    const id = postId(row.thread, row.seq);
    const item = items.get(id) ?? {
      id,
      kind: 'reported',
      post: postView(row),
      title,
      board_id: board,
      why: 'report',
      reports: [],
      timestamp: time(reported),
    };
    items.set(id, item);
    item.reports.push({ user_id: reporter, username: reporter_name, reason, timestamp: time(reported) });
  }
  return [...items.values()];
}

/** Decides on something of the queue. @returns the post, where there is one now. @throws TidingsError `not_found` */
export function decide(
  forum: Forum,
  posts: Posts,
  moderator: Actor,
  item: string,
  decision: Decision,
): Promise<Post | null> {
  const [, held] = /^held:(\d{1,15})$/.exec(item) ?? [];
  const [, thread, seq] = /^([\w.-]+):(\d{1,15})$/.exec(item) ?? [];
  return forum.transaction(async (transaction) => {
    await tellQueue(transaction);
    if (held !== undefined) return decideHeld(transaction, posts, Number(held), decision);
    if (thread === undefined) throw noSuch('post');
    return decideReported(transaction, posts, moderator, { thread, seq: Number(seq) }, decision);
  });
}

async function decideHeld(
  transaction: Transaction,
  posts: Posts,
  id: number,
  decision: Decision,
): Promise<Post | null> {
  const { db } = transaction;
  // It is there for one of several moderators who decide at once.
  const row = await db.deleteFrom('forum_held').where('id', '=', id).returningAll().executeTakeFirst();
  if (!row) throw noSuch('post');
  if (decision === 'remove') return null;
  const thread = await lockThread(db, row.thread);
  if (!thread) throw noSuch('thread');
  const { id: _, why: __, ...draft } = row;
  return posts.put(transaction, thread, draft);
}

async function decideReported(
  transaction: Transaction,
  posts: Posts,
  moderator: Actor,
  { thread, seq }: Pick<PostRow, 'thread' | 'seq'>,
  decision: Decision,
): Promise<Post | null> {
  const { db } = transaction;
  if (!(await lockThread(db, thread))) throw noSuch('thread');
  const { numDeletedRows } = await db
    .deleteFrom('forum_reports')
    .where('thread', '=', thread)
    .where('seq', '=', seq)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw noSuch('post');
  const post = await findPost(db, thread, seq);
  if (decision === 'approve') return postView(post);
  await posts.remove(transaction, moderator, post);
  return null;
}

async function tellQueue({ publish }: Transaction): Promise<void> {
  await publish({ channel: MODERATION, event: 'queue_changed', data: {} });
}
