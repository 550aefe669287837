/**
 * `/forum/threads`: a thread, how far it is read, and what is unread.
 *
 * @module
 */
import { Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { FOLLOW_MODES, ForumRead, Id, MyThread, Thread, Title } from '../../events.ts';
import { actorOf, asUser, moderatorOf, userOf } from '../callers.ts';
import { DEFAULT_PAGE } from '../limits.ts';
import { closed, openSecurity, security, ThreadParams, type ThreadRequest } from '../routes.ts';
import type { Forum } from '../tables.ts';
import { markRead, setMode, unreadThreads } from './reading.ts';
import { myThread, type Threads } from './threads.ts';

const ChangeBody = Type.Object(
  {
    title: Type.Optional(Title),
    locked: Type.Optional(Type.Boolean()),
    pinned: Type.Optional(Type.Boolean()),
    board_id: Type.Optional(Id('The board that it moves to.')),
  },
  { ...closed, minProperties: 1 },
);
const ReadBody = Type.Object(
  { seq: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })) },
  closed,
);
const ModeBody = Type.Object({ mode: Type.Enum([...FOLLOW_MODES]) }, closed);

/** Adds the routes to the scope under `/api/v1`. */
export function threadRoutes(
  app: FastifyInstance,
  forum: Forum,
  { threads }: { readonly threads: Threads },
): void {
  const { db } = forum;

  app.get<ThreadRequest>(
    '/forum/threads/:thread',
    {
      schema: {
        security: openSecurity,
        summary: 'A thread',
        params: ThreadParams,
        response: { 200: MyThread },
      },
    },
    async (request) => myThread(db, await actorOf(forum, request), request.params.thread),
  );

  app.patch<ThreadRequest & { Body: Type.Static<typeof ChangeBody> }>(
    '/forum/threads/:thread',
    {
      schema: {
        security,
        summary: 'Rename, lock, pin or move a thread',
        description: 'Who began it renames it; moderators do everything.',
        params: ThreadParams,
        body: ChangeBody,
        response: { 200: Thread },
      },
    },
    async (request) => {
      const actor = await actorOf(forum, request);
      return threads.change(actor.server ? actor : asUser(actor), request.params.thread, request.body);
    },
  );

  app.delete<ThreadRequest>(
    '/forum/threads/:thread',
    {
      schema: {
        security,
        summary: 'Delete a thread with all that is in it',
        params: ThreadParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await threads.delete(await moderatorOf(forum, request), request.params.thread);
      return reply.code(204).send(null);
    },
  );

  app.put<ThreadRequest & { Body: Type.Static<typeof ReadBody> }>(
    '/forum/threads/:thread/read',
    {
      schema: {
        security,
        summary: 'Say how far a thread is read',
        description:
          'A place that is behind what is read already changes nothing. Other devices hear `update`.',
        params: ThreadParams,
        body: ReadBody,
        response: { 200: ForumRead },
      },
    },
    async (request) => markRead(forum, await userOf(forum, request), request.params.thread, request.body.seq),
  );

  app.put<ThreadRequest & { Body: Type.Static<typeof ModeBody> }>(
    '/forum/threads/:thread/mode',
    {
      schema: {
        security,
        summary: 'Follow a thread, mute it, or neither',
        params: ThreadParams,
        body: ModeBody,
        response: { 200: ForumRead },
      },
    },
    async (request) => setMode(forum, await userOf(forum, request), request.params.thread, request.body.mode),
  );

  app.get(
    '/forum/unread',
    {
      schema: {
        security,
        summary: 'Threads one takes part in and has not read',
        response: { 200: Type.Object({ threads: Type.Array(MyThread) }) },
      },
    },
    async (request) => ({
      threads: await unreadThreads(db, await userOf(forum, request), DEFAULT_PAGE),
    }),
  );
}
