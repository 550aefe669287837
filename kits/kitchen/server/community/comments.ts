/**
 * Comments on posts.
 *
 * @module
 */
import { type Tidings, TidingsError } from '@tidings/server/kit';
import type { CallingUser } from '../callers.ts';
import { postChannel } from '../channels.ts';
import { readId } from '../ids.ts';
import { plainText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';
import { count, readPost, requireId } from './posts.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];

/** A comment as a reader gets it. */
export interface Comment {
  readonly id: string;
  readonly post_id: string;
  readonly author_id: string;
  readonly author_name: string;
  readonly content: string;
  /** ISO 8601. */
  readonly created_at: string;
}

/** Comments of a post, the newest first, those before the id `before`. @throws TidingsError `not_found`. */
export async function readComments(
  db: Db,
  post: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly Comment[]> {
  await readPost(db, undefined, post);
  let query = selectComments(db).where('post', '=', requireId(post)).orderBy('id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('id', '<', before);
  return (await query.execute()).map(toComment);
}

/**
 * Writes a comment, and tells those who look at the post, and its author.
 *
 * @throws TidingsError `not_found`, `invalid_request`, `key_conflict`.
 */
export async function writeComment(
  tidings: Kitchen,
  { user, name }: CallingUser,
  post: string,
  { content: written, key: given }: { readonly content: string; readonly key?: string | undefined },
): Promise<Comment> {
  const content = plainText(written, 'A comment');
  const id = requireId(post);
  const key = given ?? null;
  const at = tidings.clock.now();
  return tidings.transaction(async (transaction) => {
    const { db, publish } = transaction;
    const { author_id: author } = await readPost(db, user, post);
    const row = await db
      .insertInto('kitchen_comments')
      .values({ post: id, author: user, author_name: name, content, key, at })
      .onConflict((conflict) => conflict.columns(['author', 'key']).doNothing())
      .returning(['id', 'post', 'author', 'author_name', 'content', 'at'])
      .executeTakeFirst();
    if (!row) return repeated(db, { author: user, key, content, post });
    const comment = toComment(row);
    await count(transaction, id, { comments: 1 });
    const { id: comment_id, ...data } = comment;
    await publish({ channel: postChannel(post), event: 'CommentAdded', data: { comment_id, ...data } });
    await tellUser(transaction, { to: author, by: user }, 'NewComment', {
      post_id: post,
      comment_id,
      author_id: user,
      author_name: name,
      content,
    });
    return comment;
  });
}

/**
 * Deletes a comment. @param by its author, or that of the post; `undefined` for a backend.
 *
 * @throws TidingsError `not_found`, `forbidden`.
 */
export async function deleteComment(
  tidings: Kitchen,
  by: string | undefined,
  post: string,
  comment: string,
): Promise<void> {
  const id = readId(comment);
  await tidings.transaction(async (transaction) => {
    const { db, publish } = transaction;
    const { author_id: postAuthor } = await readPost(db, by, post);
    const row = await selectComments(db)
      .where('post', '=', requireId(post))
      .where('id', '=', id ?? 0)
      .executeTakeFirst();
    if (!row) throw new TidingsError('not_found', 'There is no such comment.');
    if (by !== undefined && by !== row.author && by !== postAuthor)
      throw new TidingsError('forbidden', 'Only its author and that of the post may delete a comment.');
    const { numDeletedRows } = await db
      .deleteFrom('kitchen_comments')
      .where('id', '=', row.id)
      .executeTakeFirst();
    // Somebody else was first.
    if (numDeletedRows === 0n) return;
    await count(transaction, row.post, { comments: -1 });
    await publish({
      channel: postChannel(post),
      event: 'CommentDeleted',
      data: { post_id: post, comment_id: comment },
    });
  });
}

async function repeated(
  db: Db,
  { author, key, content, post }: Record<'author' | 'content' | 'post', string> & { key: string | null },
): Promise<Comment> {
  const row = await selectComments(db)
    .where('author', '=', author)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  const comment = toComment(row);
  if (comment.content !== content || comment.post_id !== post) throw new TidingsError('key_conflict');
  return comment;
}

function selectComments(db: Db) {
  return db.selectFrom('kitchen_comments').select(['id', 'post', 'author', 'author_name', 'content', 'at']);
}

function toComment(
  row: Awaited<ReturnType<ReturnType<typeof selectComments>['executeTakeFirstOrThrow']>>,
): Comment {
  return {
    id: String(row.id),
    post_id: String(row.post),
    author_id: row.author,
    author_name: row.author_name,
    content: row.content,
    created_at: new Date(row.at).toISOString(),
  };
}
