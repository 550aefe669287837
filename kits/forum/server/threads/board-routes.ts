/**
 * `/forum/boards`: boards, the members of private ones, and their threads.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Board, BoardName, Description, Id, MyThread, Post, Thread, Title, UserId } from '../../events.ts';
import { readableBoard } from '../access.ts';
import { type Actor, actorOf, asUser, moderatorOf, type User } from '../callers.ts';
import { DEFAULT_PAGE } from '../limits.ts';
import {
  BoardMemberParams,
  BoardParams,
  type BoardRequest,
  callOf,
  closed,
  KeyHeader,
  Limit,
  line,
  openSecurity,
  security,
} from '../routes.ts';
import type { Forum } from '../tables.ts';
import { addMember, deleteBoard, listBoards, listMembers, putBoard, removeMember } from './boards.ts';
import { listThreads, type Threads } from './threads.ts';

const BoardBody = Type.Object(
  {
    name: BoardName,
    description: Type.Optional(Description),
    private: Type.Optional(Type.Boolean()),
    position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  },
  closed,
);
const ThreadsQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
  search: Type.Optional(line(100, 'In titles.')),
  limit: Limit,
});
/** Who writes, as a backend says. */
export const writerFields = {
  user_id: Type.Optional(UserId),
  username: Type.Optional(line(100, 'Of `user_id`.')),
};
const Null = Type.Null();

/** @param maxPost characters */
const threadBody = (maxPost: number) =>
  Type.Object(
    {
      id: Type.Optional(Id('For backends alone.')),
      title: Title,
      content: Type.String({ minLength: 1, maxLength: maxPost }),
      ...writerFields,
    },
    closed,
  );

/** Who writes: the user who calls, or the one whom a backend names. @throws TidingsError `invalid_request`, `unauthenticated` */
export function writerOf(
  actor: Actor,
  { user_id, username }: { readonly user_id?: string | undefined; readonly username?: string | undefined },
): User {
  if (actor.server !== (user_id !== undefined) || (username !== undefined && !actor.server))
    throw new TidingsError('invalid_request', 'A backend says who writes, by "user_id", and nobody else.');
  if (!actor.server) return asUser(actor);
  const user = user_id as string;
  return { server: false, user, name: username?.trim() || user, moderator: true };
}

/** Adds the routes to the scope under `/api/v1`. */
export function boardRoutes(
  app: FastifyInstance,
  forum: Forum,
  { threads, maxPost }: { readonly threads: Threads; readonly maxPost: number },
): void {
  const { db } = forum;

  app.get(
    '/forum/boards',
    {
      schema: {
        security: openSecurity,
        summary: 'Boards that one may read',
        response: { 200: Type.Object({ boards: Type.Array(Board) }) },
      },
    },
    async (request) => ({ boards: await listBoards(db, await actorOf(forum, request)) }),
  );

  app.put<BoardRequest & { Body: Type.Static<typeof BoardBody> }>(
    '/forum/boards/:board',
    {
      schema: {
        security,
        summary: 'Make a board, or change it',
        description: 'Moderators. What is not said stays as it is.',
        params: BoardParams,
        body: BoardBody,
        response: { 200: Board },
      },
    },
    async (request) => {
      await moderatorOf(forum, request);
      return putBoard(forum, request.params.board, request.body);
    },
  );

  app.delete<BoardRequest>(
    '/forum/boards/:board',
    {
      schema: {
        security,
        summary: 'Delete a board with all that is in it',
        params: BoardParams,
        response: { 204: Null },
      },
    },
    async (request, reply) => {
      await moderatorOf(forum, request);
      await deleteBoard(forum, request.params.board);
      return reply.code(204).send(null);
    },
  );

  app.get<BoardRequest>(
    '/forum/boards/:board/members',
    {
      schema: {
        security,
        summary: 'Who may read a private board',
        params: BoardParams,
        response: { 200: Type.Object({ members: Type.Array(Type.String()) }) },
      },
    },
    async (request) => {
      const actor = await moderatorOf(forum, request);
      const { id } = await readableBoard(db, actor, request.params.board);
      return { members: await listMembers(db, id) };
    },
  );

  app.put<{ Params: Type.Static<typeof BoardMemberParams> }>(
    '/forum/boards/:board/members/:user',
    {
      schema: {
        security,
        summary: 'Let somebody read a private board',
        params: BoardMemberParams,
        response: { 204: Null },
      },
    },
    async (request, reply) => {
      await moderatorOf(forum, request);
      await addMember(forum, request.params.board, request.params.user);
      return reply.code(204).send(null);
    },
  );

  app.delete<{ Params: Type.Static<typeof BoardMemberParams> }>(
    '/forum/boards/:board/members/:user',
    {
      schema: {
        security,
        summary: 'Let somebody read a private board no more',
        params: BoardMemberParams,
        response: { 204: Null },
      },
    },
    async (request, reply) => {
      await moderatorOf(forum, request);
      await removeMember(forum, request.params.board, request.params.user);
      return reply.code(204).send(null);
    },
  );

  app.get<BoardRequest & { Querystring: Type.Static<typeof ThreadsQuery> }>(
    '/forum/boards/:board/threads',
    {
      schema: {
        security: openSecurity,
        summary: 'Threads of a board',
        description: 'Pinned ones first, then those with the newest activity.',
        params: BoardParams,
        querystring: ThreadsQuery,
        response: {
          200: Type.Object({
            threads: Type.Array(MyThread),
            next: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const actor = await actorOf(forum, request);
      const { id } = await readableBoard(db, actor, request.params.board);
      const { limit = DEFAULT_PAGE, ...query } = request.query;
      return listThreads(db, actor, id, { ...query, limit });
    },
  );

  const ThreadBody = threadBody(maxPost);
  app.post<BoardRequest & { Body: Type.Static<typeof ThreadBody>; Headers: Type.Static<typeof KeyHeader> }>(
    '/forum/boards/:board/threads',
    {
      schema: {
        security,
        summary: 'Begin a thread',
        params: BoardParams,
        body: ThreadBody,
        headers: KeyHeader,
        response: { 201: Type.Object({ thread: Thread, post: Post }) },
      },
    },
    async (request, reply) => {
      const { board } = request.params;
      const actor = await actorOf(forum, request);
      const { user_id, username, ...thread } = request.body;
      const writer = writerOf(actor, { user_id, username });
      if (thread.id !== undefined && !actor.server)
        throw new TidingsError('invalid_request', 'Only a backend chooses the "id" of a thread.');
      const key = request.headers['idempotency-key'];
      const answers = callOf(actor, { name: 'POST /forum/threads', key }, [board, request.body]);
      return reply.code(201).send(await threads.begin(actor, writer, board, thread, answers));
    },
  );
}
