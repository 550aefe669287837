/**
 * Threads: listing, beginning, changing and deleting them.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { type Call, type KitTransaction, sql, TidingsError } from '@tidings/server/kit';
import { plainName } from '../../../shared/server/plain-text.ts';
import type { MyThread, Post, Thread } from '../../events.ts';
import { noSuch, readableBoard, readableThread, type ThreadRow } from '../access.ts';
import type { Actor, User } from '../callers.ts';
import { boardChannel, threadChannel } from '../channels.ts';
import { tellRightsChanged } from '../rights-changed.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { lockThread } from './lock-thread.ts';
import type { Posts } from './posts.ts';
import { mine } from './reading.ts';
import { likePattern, searchText } from './text.ts';
import { threadView } from './views.ts';

type Transaction = KitTransaction<ForumTables>;

/** Ids of threads that the server makes begin so. */
const MADE_ID_PREFIX = 't-';
const MADE_ID_BYTES = 9;

/** What to list. */
export interface ThreadQuery {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** In titles. */
  readonly search?: string | undefined;
  readonly limit: number;
}

export interface ThreadPage {
  readonly threads: readonly MyThread[];
  readonly next: string | null;
}

export interface NewThread {
  /** Chosen by a backend. */
  readonly id?: string | undefined;
  readonly title: string;
  readonly content: string;
}

export interface ThreadChange {
  readonly title?: string;
  readonly locked?: boolean;
  readonly pinned?: boolean;
  readonly board_id?: string;
}

/** Threads of a board that somebody may read: pinned ones first, then those with the newest activity. @throws TidingsError `bad_cursor` */
export async function listThreads(
  db: Db,
  { user }: Actor,
  board: string,
  { after, search, limit }: ThreadQuery,
): Promise<ThreadPage> {
  let query = db
    .selectFrom('forum_threads')
    .selectAll()
    .where('board', '=', board)
    .orderBy('pinned', 'desc')
    .orderBy('active', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (search?.trim()) query = query.where(sql<boolean>`search_title like ${likePattern(search)} escape '\\'`);
  if (after !== undefined) {
    const [pinned, active, id] = readCursor(after);
    query = query.where((row) =>
      row(row.refTuple('pinned', 'active', 'id'), '<', row.tuple<number, number, string>(pinned, active, id)),
    );
  }
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    threads: await mine(db, user, page),
    next: rows.length > limit && last ? writeCursor(last) : null,
  };
}

function writeCursor({ pinned, active, id }: ThreadRow): string {
  return Buffer.from(JSON.stringify([pinned, active, id])).toString('base64url');
}

/** @throws TidingsError `bad_cursor` */
function readCursor(text: string): readonly [number, number, string] {
  const [, pinned, active, id] =
    /^\[([01]),(\d{1,16}),"([\w.-]{1,64})"\]$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (id === undefined) throw new TidingsError('bad_cursor', 'This is no "next" of a page of threads.');
  return [Number(pinned), Number(active), id];
}

/** A thread as somebody sees it. @throws TidingsError `not_found` */
export async function myThread(db: Db, actor: Actor, id: string): Promise<MyThread> {
  const [thread] = await mine(db, actor.user, [await readableThread(db, actor, id)]);
  return thread as MyThread;
}

export class Threads {
  readonly #forum: Forum;
  readonly #posts: Posts;

  constructor(forum: Forum, posts: Posts) {
    this.#forum = forum;
    this.#posts = posts;
  }

  /**
   * Begins a thread. One whose first post waits for a moderator is there, and empty.
   *
   * @param actor who may, which for a backend is not the one who writes
   * @throws TidingsError as {@link Posts.write}; `limit_reached` when a thread has the id
   */
  begin(
    actor: Actor,
    writer: User,
    board: string,
    { id = MADE_ID_PREFIX + randomBytes(MADE_ID_BYTES).toString('base64url'), title, content }: NewThread,
    answers: Call,
  ): Promise<{ readonly thread: Thread; readonly post: Post }> {
    const name = plainName(title, 'title');
    const now = this.#forum.clock.now();
    const work = async (transaction: Transaction) => {
      const { db, publish } = transaction;
      await readableBoard(db, actor, board);
      const row: ThreadRow = {
        id,
        board,
        title: name,
        search_title: searchText(name),
        user: writer.user,
        name: writer.name,
        created: now,
        active: now,
        last_user: writer.user,
        last_name: writer.name,
        last_seq: 0,
        posts: 0,
        locked: 0,
        pinned: 0,
      };
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('forum_threads')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 0n)
        throw new TidingsError('limit_reached', 'There is a thread of this id.');
      await this.#posts.checkTitle(transaction, actor, name);
      const post = await this.#posts.writeIn(transaction, actor, writer, { thread_id: id, content });
      const thread = threadView((await lockThread(db, id)) ?? row);
      await publish({
        channel: boardChannel(board),
        event: 'forum_update',
        data: { type: 'new_thread', thread_id: id, data: thread },
        user: writer.user,
      });
      return { thread, post };
    };
    return this.#forum.transaction(work, { answers });
  }

  /** Changes a thread. @throws TidingsError `not_found`, `forbidden`, `invalid_request`, `content_refused` */
  change(actor: Actor, id: string, { title, locked, pinned, board_id }: ThreadChange): Promise<Thread> {
    return this.#forum.transaction(async (transaction) => {
      const { db, publish } = transaction;
      const before = await this.#locked(db, actor, id);
      const renames = locked === undefined && pinned === undefined && board_id === undefined;
      if (!actor.moderator && !(renames && before.user === actor.user && before.locked === 0))
        throw new TidingsError('forbidden', 'Who began a thread may rename it; the rest is for moderators.');
      const name = title === undefined ? before.title : plainName(title, 'title');
      if (title !== undefined) await this.#posts.checkTitle(transaction, actor, name);
      const board = board_id === undefined ? before.board : (await readableBoard(db, actor, board_id)).id;
      const thread: ThreadRow = {
        ...before,
        title: name,
        search_title: searchText(name),
        board,
        locked: Number(locked ?? before.locked === 1),
        pinned: Number(pinned ?? before.pinned === 1),
      };
      await db.updateTable('forum_threads').set(thread).where('id', '=', id).execute();
      const tell = (channel: string, { title }: ThreadRow) => {
        const data = { type: 'thread_changed', thread_id: id, data: threadView({ ...thread, title }) };
        return publish({ channel, event: 'forum_update', data });
      };
      // Where it was, not all may read what it is called now.
      if (board !== before.board) await tell(boardChannel(before.board), before);
      for (const channel of [threadChannel(id), boardChannel(board)]) await tell(channel, thread);
      if (board !== before.board) await tellRightsChanged(publish, { channels: [threadChannel(id)] });
      return threadView(thread);
    });
  }

  /** Deletes a thread with all that is in it. @throws TidingsError `not_found` */
  delete(actor: Actor, id: string): Promise<void> {
    return this.#forum.transaction(async ({ db, publish }) => {
      const { board } = await this.#locked(db, actor, id);
      await db.deleteFrom('forum_threads').where('id', '=', id).execute();
      const data = { type: 'thread_deleted', thread_id: id, data: { id, board_id: board } };
      for (const channel of [threadChannel(id), boardChannel(board)])
        await publish({ channel, event: 'forum_update', data });
      await tellRightsChanged(publish, { channels: [threadChannel(id)] });
    });
  }

  async #locked(db: Db, actor: Actor, id: string): Promise<ThreadRow> {
    const thread = await lockThread(db, id);
    if (!thread) throw noSuch('thread');
    await readableThread(db, actor, id);
    return thread;
  }
}
