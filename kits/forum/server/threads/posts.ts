/**
 * Posts: each is written once, however often it is sent under its key, and heard if and only if it is written.
 *
 * @module
 */
import { type Call, type KitTransaction, TidingsError } from '@tidings/server/kit';
import { plainText } from '../../../shared/server/plain-text.ts';
import type { Post } from '../../events.ts';
import { noSuch, readableThread, type ThreadRow } from '../access.ts';
import type { Actor, User } from '../callers.ts';
import { boardChannel, threadChannel } from '../channels.ts';
import { deleteFilesOf } from '../files/files.ts';
import { checkEdit, checkPost, checkText } from '../moderation/check-content.ts';
import { hold } from '../moderation/held.ts';
import type { ForumOptions } from '../options.ts';
import { countPost, findPerson, lockPerson } from '../people/person.ts';
import type { Db, Forum, ForumTables } from '../tables.ts';
import { lockThread } from './lock-thread.ts';
import { countOwn } from './reading.ts';
import { tellReaders } from './tell-readers.ts';
import { searchText } from './text.ts';
import { activityView, type PostRow, postId, postView } from './views.ts';

type Transaction = KitTransaction<ForumTables>;

/** What is written. */
export interface NewPost {
  readonly thread_id: string;
  readonly content: string;
  readonly reply_to?: number | undefined;
}

const MINUTE = 60_000;

export class Posts {
  readonly #forum: Forum;
  readonly #options: ForumOptions;

  constructor(forum: Forum, options: ForumOptions) {
    this.#forum = forum;
    this.#options = options;
  }

  /**
   * Writes a post. One with a word of the list, or with many links of a new user, waits for a moderator.
   *
   * @param actor who may, which for a backend is not the one who writes
   * @param answers the call: a repeat under its key has no effect and the same answer
   * @throws TidingsError `not_found`, `forbidden`, `invalid_request`, `content_refused`, `rate_limited`, `key_conflict`
   */
  write(actor: Actor, writer: User, post: NewPost, answers: Call): Promise<{ readonly post: Post }> {
    const work = async (transaction: Transaction) => ({
      post: await this.writeIn(transaction, actor, writer, post),
    });
    return this.#forum.transaction(work, { answers });
  }

  /** As {@link write}, in a transaction that has more to do. */
  async writeIn(
    transaction: Transaction,
    actor: Actor,
    writer: User,
    { thread_id, content, reply_to = undefined }: NewPost,
  ): Promise<Post> {
    const { db } = transaction;
    const thread = await this.#writable(db, actor, thread_id);
    const text = plainText(content, 'content');
    const person = await lockPerson(db, writer);
    if (!actor.server) await this.#checkRate(db, writer);
    if (reply_to !== undefined) await findPost(db, thread.id, reply_to);
    const draft = {
      thread: thread.id,
      user: writer.user,
      name: writer.name,
      content: text,
      reply_to: reply_to ?? null,
      at: this.#forum.clock.now(),
    };
    const why = await checkPost(db, actor, text, person.posts, this.#options);
    if (why) return hold(transaction, draft, why);
    return this.put(transaction, thread, draft);
  }

  /** Gives a post its place in a thread that is locked, and tells everybody. */
  async put(
    transaction: Transaction,
    thread: ThreadRow,
    draft: Omit<PostRow, 'seq' | 'edited' | 'deleted' | 'search'>,
  ): Promise<Post> {
    const { db, publish } = transaction;
    const { user, name } = draft;
    const seq = thread.last_seq + 1;
    const row: PostRow = { ...draft, search: searchText(draft.content), seq, edited: null, deleted: 0 };
    await db.insertInto('forum_posts').values(row).execute();
    const now = { last_seq: seq, active: this.#forum.clock.now(), last_user: user, last_name: name };
    await db
      .updateTable('forum_threads')
      .set((set) => ({ ...now, posts: set('posts', '+', 1) }))
      .where('id', '=', thread.id)
      .execute();
    await countPost(db, user);
    await countOwn(db, thread.id, user, seq);
    const data = postView(row);
    const channel = threadChannel(thread.id);
    await publish({
      channel,
      event: 'forum_update',
      data: { type: 'new_post', thread_id: thread.id, data },
      user,
    });
    const activity = { thread_id: thread.id, activity: [activityView(thread, row)] };
    for (const each of [channel, boardChannel(thread.board)])
      await publish({ channel: each, event: 'forum_activity', data: activity, user });
    await tellReaders(transaction, thread, row);
    return data;
  }

  /** @throws TidingsError `content_refused` for a title with a word of the list. */
  async checkTitle({ db }: Transaction, actor: Actor, title: string): Promise<void> {
    await checkText(db, actor, title, this.#options);
  }

  /**
   * Changes one's own post; moderators any, at any time.
   *
   * @throws TidingsError `not_found`, `forbidden`, `invalid_request`, `content_refused`
   */
  edit(actor: Actor, thread: string, seq: number, content: string, answers: Call) {
    const text = plainText(content, 'content');
    if (text.length > this.#options.maxPost)
      throw new TidingsError('invalid_request', `A post has ${this.#options.maxPost} characters at most.`);
    const work = async (transaction: Transaction) => {
      const { db, publish } = transaction;
      const before = await this.#changeable(db, actor, thread, seq);
      const now = this.#forum.clock.now();
      if (!actor.moderator && now - before.at > this.#options.editWindow)
        throw new TidingsError('forbidden', 'It is too late to change this post.');
      const posts = (await findPerson(db, before.user))?.posts ?? 0;
      await checkEdit(db, actor, { before: before.content, content: text, posts }, this.#options);
      const row = { ...before, content: text, search: searchText(text), edited: now };
      if (text !== before.content) {
        await this.#keep(db, actor, before);
        await updatePost(db, row);
        const data = { type: 'post_edited', thread_id: thread, data: postView(row) };
        await publish({ channel: threadChannel(thread), event: 'forum_update', data, user: actor.user });
      }
      return { post: postView(text === before.content ? before : row) };
    };
    return this.#forum.transaction(work, { answers });
  }

  /** Empties one's own post, or for moderators any; its place stays. @throws TidingsError `not_found`, `forbidden` */
  delete(actor: Actor, thread: string, seq: number): Promise<void> {
    return this.#forum.transaction(async (transaction) => {
      const before = await this.#changeable(transaction.db, actor, thread, seq);
      await this.remove(transaction, actor, before);
    });
  }

  /** Empties a post of a thread that is locked, and tells everybody. */
  async remove(transaction: Transaction, actor: Actor, before: PostRow): Promise<void> {
    const { db, publish } = transaction;
    const { thread, seq } = before;
    await this.#keep(db, actor, before);
    await updatePost(db, { ...before, content: '', search: '', deleted: 1 });
    await db
      .updateTable('forum_threads')
      .set((set) => ({ posts: set('posts', '-', 1) }))
      .where('id', '=', thread)
      .execute();
    await db.deleteFrom('forum_reports').where('thread', '=', thread).where('seq', '=', seq).execute();
    await deleteFilesOf(transaction, thread, seq);
    const data = { type: 'post_deleted', thread_id: thread, data: { id: postId(thread, seq), seq } };
    await publish({ channel: threadChannel(thread), event: 'forum_update', data, user: actor.user });
  }

  /** A thread that somebody may write in, held until the end of the transaction. @throws TidingsError `not_found`, `forbidden` */
  async #writable(db: Db, actor: Actor, id: string): Promise<ThreadRow> {
    const thread = await lockThread(db, id);
    if (!thread) throw noSuch('thread');
    await readableThread(db, actor, id);
    if (thread.locked === 1 && !actor.moderator)
      throw new TidingsError('forbidden', 'This thread is locked.');
    return thread;
  }

  async #changeable(db: Db, actor: Actor, thread: string, seq: number): Promise<PostRow> {
    await this.#writable(db, actor, thread);
    const post = await findPost(db, thread, seq);
    if (!actor.moderator && post.user !== actor.user)
      throw new TidingsError('forbidden', 'Only its writer may change a post.');
    return post;
  }

  /** @throws TidingsError `rate_limited`; the person is locked, so that nobody writes twice at once. */
  async #checkRate(db: Db, { user }: User): Promise<void> {
    const { postsPerMinute } = this.#options;
    const since = this.#forum.clock.now() - MINUTE;
    const times = (table: 'forum_posts' | 'forum_held') =>
      db
        .selectFrom(table)
        .select('at')
        .where('user', '=', user)
        .where('at', '>', since)
        .orderBy('at', 'desc')
        .limit(postsPerMinute)
        .execute();
    const written = [...(await times('forum_posts')), ...(await times('forum_held'))]
      .map(({ at }) => at)
      .sort((one, other) => other - one);
    const oldest = written[postsPerMinute - 1];
    if (oldest !== undefined)
      throw new TidingsError('rate_limited', `A user writes ${postsPerMinute} posts a minute at most.`, {
        retryAfter: oldest - since,
      });
  }

  /** Keeps what a post said, for moderators. */
  async #keep(db: Db, { user = '' }: Actor, { thread, seq, content }: PostRow): Promise<void> {
    const { version } = await db
      .selectFrom('forum_post_edits')
      .select(({ fn }) => fn.max('version').as('version'))
      .where('thread', '=', thread)
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow();
    await db
      .insertInto('forum_post_edits')
      .values({
        thread,
        seq,
        version: Number(version ?? 0) + 1,
        content,
        by: user,
        at: this.#forum.clock.now(),
      })
      .execute();
  }
}

/** A post that was not deleted. @throws TidingsError `not_found` */
export async function findPost(db: Db, thread: string, seq: number): Promise<PostRow> {
  const row = await db
    .selectFrom('forum_posts')
    .selectAll()
    .where('thread', '=', thread)
    .where('seq', '=', seq)
    .where('deleted', '=', 0)
    .executeTakeFirst();
  if (!row) throw noSuch('post');
  return row;
}

async function updatePost(db: Db, row: PostRow): Promise<void> {
  await db
    .updateTable('forum_posts')
    .set(row)
    .where('thread', '=', row.thread)
    .where('seq', '=', row.seq)
    .execute();
}
