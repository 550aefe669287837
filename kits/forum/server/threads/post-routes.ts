/**
 * `/forum/threads/ID/posts` and `/forum/search`: what was written.
 *
 * @module
 */
import { Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Id, Post, Posted } from '../../events.ts';
import { readableThread } from '../access.ts';
import { actorOf, asUser, moderatorOf } from '../callers.ts';
import { DEFAULT_PAGE } from '../limits.ts';
import {
  callOf,
  closed,
  KeyHeader,
  Limit,
  line,
  openSecurity,
  PlaceText,
  PostParams,
  type PostRequest,
  security,
  ThreadParams,
  type ThreadRequest,
} from '../routes.ts';
import type { Forum } from '../tables.ts';
import { writerFields, writerOf } from './board-routes.ts';
import { editsOf, readPosts, searchPosts } from './history.ts';
import type { Posts } from './posts.ts';

const place = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));
const maybePlace = Type.Union([Type.Integer(), Type.Null()]);

const PostsQuery = Type.Object({
  before: place('What is older than this place.'),
  after: place('What is newer than this place.'),
  around: place('What stands around this place.'),
  limit: Limit,
});
const PostsPage = Type.Object({ posts: Type.Array(Post), before: maybePlace, after: maybePlace });
const SearchQuery = Type.Object({
  q: line(100, 'At least two characters.'),
  board: Type.Optional(Id('A board.')),
  before: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
  limit: Limit,
});
const Found = Type.Object({ ...Post.properties, title: Type.String({ description: 'Of the thread.' }) });
const Edit = Type.Object({
  content: Type.String({ description: 'What it said before.' }),
  by: Type.String({ description: 'Who changed it; empty: a backend.' }),
  timestamp: Type.String(),
});

/** Adds the routes to the scope under `/api/v1`. */
export function postRoutes(
  app: FastifyInstance,
  forum: Forum,
  { posts, maxPost }: { readonly posts: Posts; readonly maxPost: number },
): void {
  const { db } = forum;
  const content = Type.String({ minLength: 1, maxLength: maxPost });

  app.get<ThreadRequest & { Querystring: Type.Static<typeof PostsQuery> }>(
    '/forum/threads/:thread/posts',
    {
      schema: {
        security: openSecurity,
        summary: 'Posts of a thread',
        description: 'Oldest first; the newest page, when nothing is asked.',
        params: ThreadParams,
        querystring: PostsQuery,
        response: { 200: PostsPage },
      },
    },
    async (request) => {
      const actor = await actorOf(forum, request);
      const thread = await readableThread(db, actor, request.params.thread);
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return readPosts(db, thread, { ...query, limit });
    },
  );

  const PostBody = Type.Object({ content, reply_to: Type.Optional(PlaceText), ...writerFields }, closed);
  app.post<ThreadRequest & { Body: Type.Static<typeof PostBody>; Headers: Type.Static<typeof KeyHeader> }>(
    '/forum/threads/:thread/posts',
    {
      schema: {
        security,
        summary: 'Write in a thread',
        params: ThreadParams,
        body: PostBody,
        headers: KeyHeader,
        response: { 201: Posted },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(forum, request);
      const { user_id, username, ...post } = request.body;
      const writer = writerOf(actor, { user_id, username });
      const asked = { ...request.body, thread_id: request.params.thread };
      const key = request.headers['idempotency-key'];
      const answers = callOf(actor, { name: 'POST /forum/posts', key }, asked);
      const written = await posts.write(actor, writer, { ...post, thread_id: asked.thread_id }, answers);
      return reply.code(201).send(written);
    },
  );

  const EditBody = Type.Object({ content }, closed);
  app.patch<PostRequest & { Body: Type.Static<typeof EditBody>; Headers: Type.Static<typeof KeyHeader> }>(
    '/forum/threads/:thread/posts/:seq',
    {
      schema: {
        security,
        summary: 'Change one’s own post',
        description: 'Within a time; moderators change any, at any time.',
        params: PostParams,
        body: EditBody,
        headers: KeyHeader,
        response: { 200: Posted },
      },
    },
    async (request) => {
      const { thread, seq } = request.params;
      const actor = await actorOf(forum, request);
      const key = request.headers['idempotency-key'];
      const answers = callOf(actor, { name: 'PATCH /forum/posts', key }, [thread, seq, request.body]);
      return posts.edit(actor.server ? actor : asUser(actor), thread, seq, request.body.content, answers);
    },
  );

  app.delete<PostRequest>(
    '/forum/threads/:thread/posts/:seq',
    {
      schema: {
        security,
        summary: 'Delete one’s own post',
        description: 'Moderators delete any. Its place stays.',
        params: PostParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(forum, request);
      const { thread, seq } = request.params;
      await posts.delete(actor.server ? actor : asUser(actor), thread, seq);
      return reply.code(204).send(null);
    },
  );

  app.get<PostRequest>(
    '/forum/threads/:thread/posts/:seq/edits',
    {
      schema: {
        security,
        summary: 'What a post said before',
        description: 'Moderators.',
        params: PostParams,
        response: { 200: Type.Object({ edits: Type.Array(Edit) }) },
      },
    },
    async (request) => {
      const actor = await moderatorOf(forum, request);
      const { id } = await readableThread(db, actor, request.params.thread);
      return { edits: await editsOf(db, id, request.params.seq) };
    },
  );

  app.get<{ Querystring: Type.Static<typeof SearchQuery> }>(
    '/forum/search',
    {
      schema: {
        security: openSecurity,
        summary: 'Posts with a text in them, the newest first',
        querystring: SearchQuery,
        response: {
          200: Type.Object({ posts: Type.Array(Found), next: Type.Union([Type.String(), Type.Null()]) }),
        },
      },
    },
    async (request) => {
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return searchPosts(db, await actorOf(forum, request), { ...query, limit });
    },
  );
}
