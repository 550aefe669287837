/**
 * `/rooms`: everything that is not said live. A caller is a user, or a backend with the API key, which may do everything
 * to all rooms.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Invitation, Member, Message, MyRoom, Room, RoomId, RoomName, Topic, UserId } from '../events.ts';
import { actorOf, ownRoomOf, roomOf, writerFrom } from './callers.ts';
import { findInvitation, type Membership } from './membership.ts';
import type { Messages } from './messages.ts';
import { markRead, myRoom, myRooms } from './reading.ts';
import {
  countMembers,
  findRoom,
  isMember,
  listMembers,
  listPublicRooms,
  noSuchRoom,
  roomView,
} from './rooms.ts';
import type { Server } from './tables.ts';

export interface RouteParts {
  readonly tidings: Server;
  readonly membership: Membership;
  readonly messages: Messages;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const closed = { additionalProperties: false } as const;
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }));
const Place = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

const RoomParams = Type.Object({ room: RoomId });
const MemberParams = Type.Object({ room: RoomId, user: UserId });
const PublicQuery = Type.Object({ after: Type.Optional(RoomId), limit: Limit });
const HistoryQuery = Type.Object({
  before: Place('What is older than this place; the newest, when neither is given.'),
  after: Place('What is newer than this place.'),
  limit: Limit,
});
const CreateBody = Type.Object(
  {
    id: Type.Optional(RoomId),
    name: RoomName,
    topic: Type.Optional(Topic),
    private: Type.Optional(Type.Boolean({ default: false })),
    owner: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'For backends alone.' })),
  },
  closed,
);
const AddBody = Type.Object({ name: Type.Optional(RoomName) }, closed);
const InviteBody = Type.Object({ user: UserId }, closed);
const ReadBody = Type.Object(
  { seq: Place('Everything up to here is read; all there is, when absent.') },
  closed,
);

interface RoomRequest {
  Params: Type.Static<typeof RoomParams>;
}
interface MemberRequest {
  Params: Type.Static<typeof MemberParams>;
}

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the routes to the scope under `/api/v1`. */
export function roomRoutes(app: FastifyInstance, parts: RouteParts): void {
  addRooms(app, parts);
  addMembers(app, parts);
  addInvitations(app, parts);
}

function addRooms(app: FastifyInstance, { tidings, membership, messages }: RouteParts): void {
  const { db } = tidings;

  app.post<{ Body: Type.Static<typeof CreateBody> }>(
    '/rooms',
    {
      schema: {
        security,
        summary: 'Open a room',
        description:
          'A private room gets an id that nobody can guess. Opening a room of one’s own again gives it as it is.',
        body: CreateBody,
        response: { 201: MyRoom },
      },
    },
    async (request, reply) => {
      const { owner, ...room } = request.body;
      const { server, writer } = await actorOf(tidings, request);
      if (server === (owner === undefined))
        throw new TidingsError('invalid_request', 'A backend says who the "owner" is, and nobody else does.');
      const by = writer ?? { user: owner as string, name: owner as string };
      const made = await membership.create(by, room);
      return reply.code(201).header('location', `/api/v1/rooms/${made.id}`).send(made);
    },
  );

  app.get(
    '/rooms',
    {
      schema: {
        security,
        summary: 'My rooms, with what is unread in them',
        response: { 200: Type.Object({ rooms: Type.Array(MyRoom) }) },
      },
    },
    async (request) => {
      const { user } = await writerFrom(tidings, request);
      return { rooms: await myRooms(db, user) };
    },
  );

  app.get<{ Querystring: Type.Static<typeof PublicQuery> }>(
    '/rooms/public',
    {
      schema: {
        security,
        summary: 'Public rooms, in order of id',
        querystring: PublicQuery,
        response: {
          200: Type.Object({ rooms: Type.Array(Room), next: Type.Union([Type.String(), Type.Null()]) }),
        },
      },
    },
    async (request) => {
      await actorOf(tidings, request);
      const { after, limit = DEFAULT_LIMIT } = request.query;
      const rooms = await listPublicRooms(db, { after, limit: limit + 1 });
      const page = rooms.slice(0, limit);
      return { rooms: page, next: rooms.length > limit ? (page.at(-1)?.id ?? null) : null };
    },
  );

  app.get<RoomRequest>(
    '/rooms/:room',
    {
      schema: {
        security,
        summary: 'A room',
        description: 'Public ones for everyone, private ones for members and those who are invited.',
        params: RoomParams,
        response: { 200: Type.Union([MyRoom, Room]) },
      },
    },
    async (request) => {
      const { room: id } = request.params;
      const { writer } = await actorOf(tidings, request);
      if (writer && (await isMember(db, id, writer.user))) return myRoom(db, writer.user, id);
      const room = await findRoom(db, id);
      const visible =
        room && (!writer || room.private === 0 || (await findInvitation(db, id, writer.user)) !== undefined);
      if (!visible) throw noSuchRoom();
      return roomView(room, await countMembers(db, id));
    },
  );

  app.get<RoomRequest & { Querystring: Type.Static<typeof HistoryQuery> }>(
    '/rooms/:room/messages',
    {
      schema: {
        security,
        summary: 'The past of a room',
        description: 'Oldest first. Ask again with `next` as `before` (or as `after`, where that was asked).',
        params: RoomParams,
        querystring: HistoryQuery,
        response: {
          200: Type.Object({
            messages: Type.Array(Message),
            next: Type.Union([Type.Integer(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const { limit = DEFAULT_LIMIT, ...range } = request.query;
      const { id } = await roomOf(tidings, await actorOf(tidings, request), request.params.room);
      return messages.history(id, { ...range, limit });
    },
  );

  app.put<RoomRequest & { Body: Type.Static<typeof ReadBody> }>(
    '/rooms/:room/read',
    {
      schema: {
        security,
        summary: 'Say how far a room is read',
        description:
          'A place that is behind what is read already changes nothing. Other devices hear `update`.',
        params: RoomParams,
        body: ReadBody,
        response: {
          200: Type.Object({ roomId: Type.String(), lastRead: Type.Integer(), unread: Type.Integer() }),
        },
      },
    },
    async (request) => {
      const { user } = await writerFrom(tidings, request);
      return markRead(tidings, user, { roomId: request.params.room, seq: request.body.seq });
    },
  );
}

function addMembers(app: FastifyInstance, { tidings, membership }: RouteParts): void {
  app.get<RoomRequest>(
    '/rooms/:room/members',
    {
      schema: {
        security,
        summary: 'The members of a room, who came first first',
        description: 'The first 1000. Who is there right now is told by `presence`.',
        params: RoomParams,
        response: { 200: Type.Object({ members: Type.Array(Member) }) },
      },
    },
    async (request) => {
      const room = await roomOf(tidings, await actorOf(tidings, request), request.params.room);
      return { members: await listMembers(tidings.db, room) };
    },
  );

  app.put<MemberRequest & { Body: Type.Static<typeof AddBody> }>(
    '/rooms/:room/members/:user',
    {
      schema: {
        security: [{ apiKey: [] }],
        summary: 'Make somebody a member',
        description: 'For backends; neither the user nor the app is asked.',
        params: MemberParams,
        body: AddBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { server } = await actorOf(tidings, request);
      if (!server) throw new TidingsError('invalid_api_key');
      const { room, user } = request.params;
      await membership.add({ user, name: request.body.name ?? user }, room);
      return reply.code(204).send();
    },
  );

  app.delete<MemberRequest>(
    '/rooms/:room/members/:user',
    {
      schema: {
        security,
        summary: 'Leave a room, or remove somebody from one’s own',
        params: MemberParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { room, user } = request.params;
      const actor = await actorOf(tidings, request);
      const self = actor.writer?.user === user;
      if (!self) await ownRoomOf(tidings, actor, room);
      if (!(await membership.remove(user, room, self ? 'left' : 'removed')))
        throw self ? noSuchRoom() : new TidingsError('not_found', 'There is no such member.');
      return reply.code(204).send();
    },
  );
}

function addInvitations(app: FastifyInstance, { tidings, membership }: RouteParts): void {
  const List = Type.Object({ invitations: Type.Array(Invitation) });

  app.get(
    '/rooms/invitations',
    { schema: { security, summary: 'Invitations that wait for my answer', response: { 200: List } } },
    async (request) => {
      const { user } = await writerFrom(tidings, request);
      return { invitations: await membership.invitations({ user }) };
    },
  );

  app.get<RoomRequest>(
    '/rooms/:room/invitations',
    {
      schema: {
        security,
        summary: 'Invitations to one’s own room that wait for an answer',
        params: RoomParams,
        response: { 200: List },
      },
    },
    async (request) => {
      const { id } = await ownRoomOf(tidings, await actorOf(tidings, request), request.params.room);
      return { invitations: await membership.invitations({ room: id }) };
    },
  );

  app.post<RoomRequest & { Body: Type.Static<typeof InviteBody> }>(
    '/rooms/:room/invitations',
    {
      schema: {
        security,
        summary: 'Invite somebody to one’s own room',
        description: 'They hear `notification`, and accept by joining. `invited` is false for a member.',
        params: RoomParams,
        body: InviteBody,
        response: { 200: Type.Object({ invited: Type.Boolean() }) },
      },
    },
    async (request) => {
      const actor = await actorOf(tidings, request);
      const { id } = await ownRoomOf(tidings, actor, request.params.room);
      return membership.invite(id, request.body.user, actor.writer);
    },
  );

  app.delete<MemberRequest>(
    '/rooms/:room/invitations/:user',
    {
      schema: {
        security,
        summary: 'Take an invitation back',
        params: MemberParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { room, user } = request.params;
      const { id } = await ownRoomOf(tidings, await actorOf(tidings, request), room);
      if (!(await membership.uninvite(id, user, 'revoked')))
        throw new TidingsError('not_found', 'There is no such invitation.');
      return reply.code(204).send();
    },
  );

  app.post<RoomRequest>(
    '/rooms/:room/accept',
    {
      schema: {
        security,
        summary: 'Accept an invitation',
        params: RoomParams,
        response: { 200: MyRoom },
      },
    },
    async (request) => {
      const writer = await writerFrom(tidings, request);
      return membership.join(writer, request.params.room, undefined);
    },
  );

  app.post<RoomRequest>(
    '/rooms/:room/decline',
    {
      schema: {
        security,
        summary: 'Decline an invitation',
        params: RoomParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { user } = await writerFrom(tidings, request);
      if (!(await membership.uninvite(request.params.room, user, 'declined')))
        throw new TidingsError('not_found', 'There is no such invitation.');
      return reply.code(204).send();
    },
  );
}
