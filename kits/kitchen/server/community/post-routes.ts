/**
 * `/kitchen/posts`: posts, likes and comments.
 *
 * @module
 */
import { type Static, type Tidings, TidingsError, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireUser } from '../callers.ts';
import { AnyId, Key, readId, UserId } from '../ids.ts';
import type { KitchenTables } from '../tables.ts';
import { deleteComment, readComments, writeComment } from './comments.ts';
import { deletePost, type Feed, readPost, readPosts, setLike, writePost } from './posts.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];

/** Characters that one may write at once. */
const MAX_POST = 5000;
const MAX_COMMENT = 2000;

const DEFAULT_PAGE = 20;
const MAX_PAGE = 100;

/** A page of what comes newest first. */
const Page = {
  before: Type.Optional(AnyId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
};

const FeedQuery = Type.Object({
  feed: Type.Optional(
    Type.Enum(['all', 'followed', 'own'], {
      description: '`all`; `followed`: of oneself and those one follows; `own`. @default all',
    }),
  ),
  author: Type.Optional(UserId),
  ...Page,
});
const PageQuery = Type.Object(Page);
const PostParams = Type.Object({ post: AnyId });
const CommentParams = Type.Object({ post: AnyId, comment: AnyId });
const closed = { additionalProperties: false } as const;
const PostBody = Type.Object(
  { content: Type.String({ minLength: 1, maxLength: MAX_POST }), key: Type.Optional(Key) },
  closed,
);
const CommentBody = Type.Object(
  { content: Type.String({ minLength: 1, maxLength: MAX_COMMENT }), key: Type.Optional(Key) },
  closed,
);

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes. */
export function postRoutes(app: App, tidings: Tidings<KitchenTables>): void {
  const { db } = tidings;

  app.get<{ Querystring: Static<typeof FeedQuery> }>(
    '/kitchen/posts',
    { schema: { security, summary: 'A feed: posts, the newest first', querystring: FeedQuery } },
    async (request) => {
      const { query } = request;
      const { user } = (await tidings.callerOf(request)).identity;
      const page = readPage(query);
      const posts = await readPosts(db, user, feedOf(query, user), page);
      return { posts, next: nextOf(posts, page) };
    },
  );

  app.post<{ Body: Static<typeof PostBody> }>(
    '/kitchen/posts',
    { schema: { security, summary: 'Write a post', body: PostBody } },
    async (request, reply) => {
      const caller = await requireUser(tidings, request);
      return reply.code(201).send(await writePost(tidings, caller, request.body));
    },
  );

  app.get<{ Params: Static<typeof PostParams> }>(
    '/kitchen/posts/:post',
    { schema: { security, summary: 'One post', params: PostParams } },
    async (request) => {
      const { identity } = await tidings.callerOf(request);
      return readPost(db, identity.user, request.params.post);
    },
  );

  app.delete<{ Params: Static<typeof PostParams> }>(
    '/kitchen/posts/:post',
    { schema: { security, summary: 'Delete one’s post; a backend may delete any', params: PostParams } },
    async (request, reply) => {
      await deletePost(tidings, await deleter(request), request.params.post);
      return reply.code(204).send();
    },
  );

  for (const [method, summary, liked] of [
    ['PUT', 'Like a post', true],
    ['DELETE', 'Like a post no more', false],
  ] as const)
    app.route<{ Params: Static<typeof PostParams> }>({
      method,
      url: '/kitchen/posts/:post/like',
      schema: { security, summary, params: PostParams },
      handler: async (request) =>
        setLike(tidings, await requireUser(tidings, request), request.params.post, liked),
    });

  app.get<{ Params: Static<typeof PostParams>; Querystring: Static<typeof PageQuery> }>(
    '/kitchen/posts/:post/comments',
    {
      schema: { security, summary: 'Comments, the newest first', params: PostParams, querystring: PageQuery },
    },
    async (request) => {
      await tidings.callerOf(request);
      const page = readPage(request.query);
      const comments = await readComments(db, request.params.post, page);
      return { comments, next: nextOf(comments, page) };
    },
  );

  app.post<{ Params: Static<typeof PostParams>; Body: Static<typeof CommentBody> }>(
    '/kitchen/posts/:post/comments',
    { schema: { security, summary: 'Write a comment', params: PostParams, body: CommentBody } },
    async (request, reply) => {
      const caller = await requireUser(tidings, request);
      const comment = await writeComment(tidings, caller, request.params.post, request.body);
      return reply.code(201).send(comment);
    },
  );

  app.delete<{ Params: Static<typeof CommentParams> }>(
    '/kitchen/posts/:post/comments/:comment',
    { schema: { security, summary: 'Delete a comment', params: CommentParams } },
    async (request, reply) => {
      const { post, comment } = request.params;
      await deleteComment(tidings, await deleter(request), post, comment);
      return reply.code(204).send();
    },
  );

  /** Who deletes: a user, or `undefined` for a backend. */
  async function deleter(request: Parameters<typeof tidings.callerOf>[0]): Promise<string | undefined> {
    const { server } = await tidings.callerOf(request);
    return server ? undefined : (await requireUser(tidings, request)).user;
  }
}

function feedOf({ feed = 'all', author }: Static<typeof FeedQuery>, user: string | undefined): Feed {
  if (author !== undefined) return { of: 'author', author };
  if (feed === 'all') return { of: 'all' };
  if (user === undefined) throw new TidingsError('unauthenticated', 'This feed needs the token of a user.');
  return feed === 'own' ? { of: 'author', author: user } : { of: 'followed' };
}

function readPage({ before, limit = DEFAULT_PAGE }: Static<typeof PageQuery>) {
  const id = before === undefined ? undefined : readId(before);
  if (before !== undefined && id === undefined)
    throw new TidingsError('bad_cursor', '"before" is the "next" of the page before.');
  return { before: id, limit };
}

/** Where the next page begins; null when there is none. */
function nextOf(
  rows: readonly { readonly id: string }[],
  { limit }: { readonly limit: number },
): string | null {
  return rows.length < limit ? null : (rows.at(-1)?.id ?? null);
}
