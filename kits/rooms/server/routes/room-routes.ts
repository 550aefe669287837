/**
 * `/rooms`: opening and listing rooms, their past, and how far it is read.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Message, MyRoom, Room, RoomId, RoomName, Topic } from '../../events.ts';
import { actorOf, ownRoomOf, roomOf, writerFrom } from '../callers.ts';
import { findInvitation } from '../invitations.ts';
import { markRead, myRoom, myRooms } from '../reading.ts';
import { countMembers, findRoom, isMember, listPublicRooms, noSuchRoom, roomView } from '../rooms.ts';
import { closed, RoomParams, type RoomRequest, type RouteParts, security } from './route-parts.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }));
const Place = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

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
const ChangeBody = Type.Object({ name: Type.Optional(RoomName), topic: Type.Optional(Topic) }, closed);
const ReadBody = Type.Object(
  { seq: Place('Everything up to here is read; all there is, when absent.') },
  closed,
);

/** Adds the routes to the scope under `/api/v1`. */
export function roomRoutes(app: FastifyInstance, { tidings, membership, messages }: RouteParts): void {
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

  app.patch<RoomRequest & { Body: Type.Static<typeof ChangeBody> }>(
    '/rooms/:room',
    {
      schema: {
        security,
        summary: 'Give one’s own room another name or topic',
        description: 'Its members hear `room_changed`, and `update`.',
        params: RoomParams,
        body: ChangeBody,
        response: { 200: Room },
      },
    },
    async (request) => {
      const { id } = await ownRoomOf(tidings, await actorOf(tidings, request), request.params.room);
      return membership.change(id, request.body);
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
