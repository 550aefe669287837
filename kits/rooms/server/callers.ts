import { type RouteCaller, TidingsError } from '@tidings/server/kit';
import { writerOf } from './commands.ts';
import type { Writer } from './messages.ts';
import { findMember, findRoom, noSuchRoom, type RoomRow } from './rooms.ts';
import type { Server } from './tables.ts';

type Request = Parameters<Server['callerOf']>[0];

/** Who calls a route: a backend, which may do everything, or a user. */
export type Actor =
  | { readonly server: true; readonly writer: null }
  | { readonly server: false; readonly writer: Writer };

/** @throws TidingsError `unauthenticated` when it is nobody in particular; `invalid_token` … */
export async function actorOf(tidings: Server, request: Request): Promise<Actor> {
  const { server, identity }: RouteCaller = await tidings.callerOf(request);
  if (server) return { server, writer: null };
  if (identity.user === undefined) throw new TidingsError('unauthenticated');
  return { server, writer: writerOf(identity) };
}

/** The user who calls. @throws TidingsError `unauthenticated`, of a backend too: it has nothing of its own. */
export async function writerFrom(tidings: Server, request: Request): Promise<Writer> {
  const { writer } = await actorOf(tidings, request);
  if (!writer)
    throw new TidingsError('unauthenticated', 'This is about a user’s own rooms; send a user’s token.');
  return writer;
}

/** A room of which the caller is a member, or a backend. @throws TidingsError `not_found` */
export async function roomOf({ db }: Server, { writer }: Actor, id: string): Promise<RoomRow> {
  const room = await findRoom(db, id);
  if (!room || (writer && !(await findMember(db, id, writer.user)))) throw noSuchRoom();
  return room;
}

/** A room that the caller owns, or a backend. @throws TidingsError `not_found`, `forbidden` */
export async function ownRoomOf(tidings: Server, actor: Actor, id: string): Promise<RoomRow> {
  const room = await roomOf(tidings, actor, id);
  if (actor.writer && room.owner !== actor.writer.user)
    throw new TidingsError('forbidden', 'Only the owner of the room may do that.');
  return room;
}
