/**
 * `/rooms/ID/invitations` and `/rooms/invitations`: inviting, and answering.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { FastifyInstance } from 'fastify';
import { Invitation, MyRoom, UserId } from '../../events.ts';
import { actorOf, ownRoomOf, writerFrom } from '../callers.ts';
import {
  closed,
  MemberParams,
  type MemberRequest,
  RoomParams,
  type RoomRequest,
  type RouteParts,
  security,
} from './route-parts.ts';

const InviteBody = Type.Object({ user: UserId }, closed);
const List = Type.Object({ invitations: Type.Array(Invitation) });

/** Adds the routes to the scope under `/api/v1`. */
export function invitationRoutes(
  app: FastifyInstance,
  { tidings, membership, invitations }: RouteParts,
): void {
  app.get(
    '/rooms/invitations',
    { schema: { security, summary: 'Invitations that wait for my answer', response: { 200: List } } },
    async (request) => {
      const { user } = await writerFrom(tidings, request);
      return { invitations: await invitations.list({ user }) };
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
      return { invitations: await invitations.list({ room: id }) };
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
      return invitations.invite(id, request.body.user, actor.writer);
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
      if (!(await invitations.end(id, user, 'revoked')))
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
      if (!(await invitations.end(request.params.room, user, 'declined')))
        throw new TidingsError('not_found', 'There is no such invitation.');
      return reply.code(204).send();
    },
  );
}
