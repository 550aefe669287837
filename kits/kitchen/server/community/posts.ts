/**
 * Posts and the likes they get.
 *
 * @module
 */
import { type KitTransaction, sql, type Tidings, TidingsError } from '@tidings/server/kit';
import type { CallingUser } from '../callers.ts';
import { COMMUNITY, postChannel } from '../channels.ts';
import { readId } from '../ids.ts';
import { plainText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];

/** A post as a reader gets it. */
export interface Post {
  readonly id: string;
  readonly author_id: string;
  readonly author_name: string;
  readonly content: string;
  readonly likes: number;
  readonly comments: number;
  /** Whether the reader likes it. */
  readonly liked: boolean;
  /** ISO 8601. */
  readonly created_at: string;
}

/** Which posts: of everybody, of oneself and those one follows, or of one author. */
export type Feed =
  | { readonly of: 'all' }
  | { readonly of: 'followed' }
  | { readonly of: 'author'; author: string };

/** Which of these posts there are, here or with a backend that has told of them. */
export async function existingPosts(db: Db, posts: readonly string[]): Promise<ReadonlySet<string>> {
  if (posts.length === 0) return new Set();
  const ids = posts.map(readId).filter((id) => id !== undefined);
  const rows = await db
    .selectFrom('kitchen_posts')
    .select('id')
    .where('id', 'in', ids.length > 0 ? ids : [0])
    .execute();
  const told = await db.selectFrom('kitchen_told_posts').select('post').where('post', 'in', posts).execute();
  return new Set([...rows.map(({ id }) => String(id)), ...told.map(({ post }) => post)]);
}

/** Whether there is such a post. */
export async function postExists(db: Db, post: string): Promise<boolean> {
  return (await existingPosts(db, [post])).has(post);
}

/** Remembers a post that a backend keeps itself, so that it can be followed and typed in. */
export async function rememberPost({ db, clock }: Kitchen, post: string): Promise<void> {
  await db
    .insertInto('kitchen_told_posts')
    .values({ post, at: clock.now() })
    .onConflict((conflict) => conflict.column('post').doNothing())
    .execute();
}

/** Posts of a feed, the newest first, those before the id `before`. */
export async function readPosts(
  db: Db,
  reader: string | undefined,
  feed: Feed,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly Post[]> {
  let query = selectPosts(db, reader).orderBy('kitchen_posts.id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('kitchen_posts.id', '<', before);
  if (feed.of === 'author') query = query.where('author', '=', feed.author);
  if (feed.of === 'followed')
    query = query.where(({ eb, or, selectFrom }) =>
      or([
        eb('author', '=', reader ?? ''),
        eb(
          'author',
          'in',
          selectFrom('kitchen_follows')
            .select('followed')
            .where('kitchen_follows.user', '=', reader ?? '')
            .where('active', '=', 1),
        ),
      ]),
    );
  return (await query.execute()).map(toPost);
}

/** One post. @throws TidingsError `not_found`. */
export async function readPost(db: Db, reader: string | undefined, post: string): Promise<Post> {
  const row = await selectPosts(db, reader)
    .where('kitchen_posts.id', '=', requireId(post))
    .executeTakeFirst();
  if (!row) throw noSuchPost();
  return toPost(row);
}

/**
 * Writes a post and tells the community.
 *
 * @throws TidingsError `invalid_request`, `key_conflict`.
 */
export async function writePost(
  tidings: Kitchen,
  { user, name }: CallingUser,
  { content: written, key: given }: { readonly content: string; readonly key?: string | undefined },
): Promise<Post> {
  const content = plainText(written, 'A post');
  const key = given ?? null;
  const at = tidings.clock.now();
  return tidings.transaction(async ({ db, publish }) => {
    const row = await db
      .insertInto('kitchen_posts')
      .values({ author: user, author_name: name, content, key, at })
      .onConflict((conflict) => conflict.columns(['author', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!row) return repeated(db, user, key, content);
    const post = await readPost(db, user, String(row.id));
    await publish({
      channel: COMMUNITY,
      event: 'NewCommunityPost',
      data: {
        post_id: post.id,
        author_id: user,
        author_name: name,
        content,
        created_at: post.created_at,
      },
    });
    return post;
  });
}

async function repeated(db: Db, author: string, key: string | null, content: string): Promise<Post> {
  const { id } = await db
    .selectFrom('kitchen_posts')
    .select('id')
    .where('author', '=', author)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  const post = await readPost(db, author, String(id));
  if (post.content !== content) throw new TidingsError('key_conflict');
  return post;
}

/**
 * Deletes a post, with its likes and comments. @param by its author; `undefined` for a backend, which may delete any.
 *
 * @throws TidingsError `not_found`, `forbidden`.
 */
export async function deletePost(tidings: Kitchen, by: string | undefined, post: string): Promise<void> {
  await tidings.transaction(async ({ db, publish }) => {
    const { author_id: author } = await readPost(db, by, post);
    if (by !== undefined && by !== author)
      throw new TidingsError('forbidden', 'Only its author may delete a post.');
    await db.deleteFrom('kitchen_posts').where('id', '=', requireId(post)).execute();
    const data = { post_id: post };
    await publish({ channel: COMMUNITY, event: 'PostDeleted', data });
    await publish({ channel: postChannel(post), event: 'PostDeleted', data });
  });
}

/**
 * Likes a post, or takes that back; doing it again changes nothing. The author hears of it once a user.
 *
 * @throws TidingsError `not_found`.
 */
export async function setLike(
  tidings: Kitchen,
  { user, name }: CallingUser,
  post: string,
  liked: boolean,
): Promise<Post> {
  const id = requireId(post);
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const before = await readPost(db, user, post);
    const { changed, first } = await switchLike(db, id, user, liked);
    if (!changed) return before;
    const counts = await count(transaction, id, { likes: liked ? 1 : -1 });
    if (first)
      await tellUser(transaction, { to: before.author_id, by: user }, 'PostLiked', {
        post_id: post,
        liker_id: user,
        liker_name: name,
        likes: counts.likes,
      });
    return { ...before, ...counts, liked };
  });
}

async function switchLike(db: Db, post: number, user: string, liked: boolean) {
  if (liked) {
    const inserted = await db
      .insertInto('kitchen_likes')
      .values({ post, user, active: 1 })
      .onConflict((conflict) => conflict.columns(['post', 'user']).doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return { changed: true, first: true };
  }
  const { numUpdatedRows } = await db
    .updateTable('kitchen_likes')
    .set({ active: liked ? 1 : 0 })
    .where('post', '=', post)
    .where('user', '=', user)
    .where('active', '=', liked ? 0 : 1)
    .executeTakeFirst();
  return { changed: numUpdatedRows === 1n, first: false };
}

/**
 * Adds to what is counted at a post, and tells those who look at it.
 *
 * @throws TidingsError `not_found`.
 */
export async function count(
  { db, publish }: Pick<KitTransaction<KitchenTables>, 'db' | 'publish'>,
  post: number,
  { likes = 0, comments = 0 }: { readonly likes?: number; readonly comments?: number },
): Promise<{ readonly likes: number; readonly comments: number }> {
  const counts = await db
    .updateTable('kitchen_posts')
    .set({ likes: sql<number>`likes + ${likes}`, comments: sql<number>`comments + ${comments}` })
    .where('id', '=', post)
    .returning(['likes', 'comments'])
    .executeTakeFirst();
  if (!counts) throw noSuchPost();
  const id = String(post);
  await publish({ channel: postChannel(id), event: 'PostUpdated', data: { post_id: id, ...counts } });
  return counts;
}

/** The row of a post. @throws TidingsError `not_found` for what can be no id of one. */
export function requireId(post: string): number {
  const id = readId(post);
  if (id === undefined) throw noSuchPost();
  return id;
}

function noSuchPost(): TidingsError {
  return new TidingsError('not_found', 'There is no such post.');
}

function selectPosts(db: Db, reader: string | undefined) {
  return db
    .selectFrom('kitchen_posts')
    .leftJoin('kitchen_likes', (join) =>
      join
        .onRef('kitchen_likes.post', '=', 'kitchen_posts.id')
        .on('kitchen_likes.user', '=', reader ?? '')
        .on('kitchen_likes.active', '=', 1),
    )
    .select([
      'kitchen_posts.id',
      'author',
      'author_name',
      'content',
      'at',
      'likes',
      'comments',
      'kitchen_likes.active as liked',
    ]);
}

function toPost(row: Awaited<ReturnType<ReturnType<typeof selectPosts>['executeTakeFirstOrThrow']>>): Post {
  return {
    id: String(row.id),
    author_id: row.author,
    author_name: row.author_name,
    content: row.content,
    likes: row.likes,
    comments: row.comments,
    liked: row.liked === 1,
    created_at: new Date(row.at).toISOString(),
  };
}
