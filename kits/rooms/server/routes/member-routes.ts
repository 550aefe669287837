/**
 * `/rooms/ID/members`: who is in a room.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Member, RoomName } from '../../events.ts';
import { actorOf, ownRoomOf, roomOf } from '../callers.ts';
import { listMembers, noSuchRoom } from '../rooms.ts';
import {
  closed,
  MemberParams,
  type MemberRequest,
  RoomParams,
  type RoomRequest,
  type RouteParts,
  security,
} from './route-parts.ts';

const AddBody = Type.Object({ name: Type.Optional(RoomName) }, closed);

/** Adds the routes to the scope under `/api/v1`. */
export function memberRoutes(app: FastifyInstance, { tidings, membership }: RouteParts): void {
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
