/**
 * `/forum/moderation`: the queue, the word list, bans; and reporting a post.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Ban, Post, QueueItem, WORD_ACTIONS, Word } from '../../events.ts';
import { moderatorOf, userOf } from '../callers.ts';
import { closed, line, PostParams, type PostRequest, security, UserParams } from '../routes.ts';
import type { Forum } from '../tables.ts';
import type { Posts } from '../threads/posts.ts';
import { ban, listBans, unban } from './bans.ts';
import { decide, listQueue, report } from './queue.ts';
import { deleteWord, listWords, putWord } from './words.ts';

const ReportBody = Type.Object({ reason: line(500) }, closed);
const ItemParams = Type.Object({ item: Type.String({ maxLength: 100, pattern: '^[\\w.-]+:\\d+$' }) });
const DecisionBody = Type.Object({ action: Type.Enum(['approve', 'remove']) }, closed);
const WordParams = Type.Object({ word: line(100) });
const WordBody = Type.Object({ action: Type.Enum([...WORD_ACTIONS]) }, closed);
const BanBody = Type.Object(
  {
    reason: Type.Optional(line(500)),
    until: Type.Optional(
      Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
        description: 'ISO 8601, to within a minute. Null: for good.',
      }),
    ),
  },
  closed,
);

/** Adds the routes to the scope under `/api/v1`. */
export function moderationRoutes(app: FastifyInstance, forum: Forum, posts: Posts): void {
  const { db, clock } = forum;

  app.post<PostRequest & { Body: Type.Static<typeof ReportBody> }>(
    '/forum/threads/:thread/posts/:seq/report',
    {
      schema: {
        security,
        summary: 'Report a post to the moderators',
        params: PostParams,
        body: ReportBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const user = await userOf(forum, request);
      await report(forum, user, { ...request.params, reason: request.body.reason.toWellFormed() });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/forum/moderation/queue',
    {
      schema: {
        security,
        summary: 'What waits for a moderator, the oldest first',
        response: { 200: Type.Object({ items: Type.Array(QueueItem) }) },
      },
    },
    async (request) => {
      await moderatorOf(forum, request);
      return { items: await listQueue(db) };
    },
  );

  app.post<{ Params: Type.Static<typeof ItemParams>; Body: Type.Static<typeof DecisionBody> }>(
    '/forum/moderation/queue/:item',
    {
      schema: {
        security,
        summary: 'Decide on a post that waits',
        description: 'The post may stand, or it goes. One of several moderators who decide at once does.',
        params: ItemParams,
        body: DecisionBody,
        response: { 200: Type.Object({ post: Type.Union([Post, Type.Null()]) }) },
      },
    },
    async (request) => {
      const moderator = await moderatorOf(forum, request);
      return { post: await decide(forum, posts, moderator, request.params.item, request.body.action) };
    },
  );

  app.get(
    '/forum/moderation/words',
    {
      schema: {
        security,
        summary: 'The word list',
        response: { 200: Type.Object({ words: Type.Array(Word) }) },
      },
    },
    async (request) => {
      await moderatorOf(forum, request);
      return { words: await listWords(db) };
    },
  );

  app.put<{ Params: Type.Static<typeof WordParams>; Body: Type.Static<typeof WordBody> }>(
    '/forum/moderation/words/:word',
    {
      schema: {
        security,
        summary: 'Put a word on the list',
        description: 'A post that has it as a whole word is refused, or waits for a moderator.',
        params: WordParams,
        body: WordBody,
        response: { 200: Word },
      },
    },
    async (request) => {
      await moderatorOf(forum, request);
      return putWord(forum, request.params.word, request.body.action);
    },
  );

  app.delete<{ Params: Type.Static<typeof WordParams> }>(
    '/forum/moderation/words/:word',
    {
      schema: {
        security,
        summary: 'Take a word off the list',
        params: WordParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await moderatorOf(forum, request);
      if (!(await deleteWord(forum, request.params.word)))
        throw new TidingsError('not_found', 'The word is not on the list.');
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/forum/moderation/bans',
    {
      schema: {
        security,
        summary: 'Who is banned, the newest first',
        response: { 200: Type.Object({ bans: Type.Array(Ban) }) },
      },
    },
    async (request) => {
      await moderatorOf(forum, request);
      return { bans: await listBans(db) };
    },
  );

  app.put<{ Params: Type.Static<typeof UserParams>; Body: Type.Static<typeof BanBody> }>(
    '/forum/moderation/bans/:user',
    {
      schema: {
        security,
        summary: 'Ban a user, who then reads and writes nothing',
        params: UserParams,
        body: BanBody,
        response: { 200: Ban },
      },
    },
    async (request) => {
      const moderator = await moderatorOf(forum, request);
      const { reason = '', until = null } = request.body;
      const end = until === null ? null : Date.parse(until);
      if (end !== null && !(end > clock.now()))
        throw new TidingsError('invalid_request', 'The "until" is over already.');
      return ban(forum, moderator, request.params.user, { reason: reason.toWellFormed(), until: end });
    },
  );

  app.delete<{ Params: Type.Static<typeof UserParams> }>(
    '/forum/moderation/bans/:user',
    { schema: { security, summary: 'End a ban', params: UserParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await moderatorOf(forum, request);
      if (!(await unban(forum, request.params.user)))
        throw new TidingsError('not_found', 'The user is not banned.');
      return reply.code(204).send(null);
    },
  );
}
