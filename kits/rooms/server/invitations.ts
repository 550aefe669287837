/**
 * Invitations to rooms: one waits for its user until it is accepted by joining, declined or taken back.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Invitation } from '../events.ts';
import type { Writer } from './messages.ts';
import { isMember, lockRoom, noSuchRoom } from './rooms.ts';
import type { Db, Server } from './tables.ts';
import { tellInvitation, tellUser } from './told.ts';

/** Invitations of one room that may wait for an answer. */
const MAX_INVITATIONS = 1000;

export class Invitations {
  readonly #tidings: Server;

  constructor(tidings: Server) {
    this.#tidings = tidings;
  }

  /**
   * Invites somebody; a member is not invited again.
   *
   * @param by who invites, `null` for a backend; whether they may is not asked here
   * @throws TidingsError `not_found`, `limit_reached`
   */
  invite(roomId: string, user: string, by: Writer | null): Promise<{ readonly invited: boolean }> {
    return this.#tidings.transaction(async (transaction) => {
      const { db } = transaction;
      const room = await lockRoom(db, roomId);
      if (!room) throw noSuchRoom();
      if (await isMember(db, roomId, user)) return { invited: false };
      if (await findInvitation(db, roomId, user)) return { invited: true };
      const { count } = await db
        .selectFrom('room_invitations')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('room', '=', roomId)
        .executeTakeFirstOrThrow();
      if (Number(count) >= MAX_INVITATIONS)
        throw new TidingsError('limit_reached', `${MAX_INVITATIONS} invitations of this room are open.`);
      const created = this.#tidings.clock.now();
      await db
        .insertInto('room_invitations')
        .values({ room: roomId, user, by: by?.user ?? null, created })
        .execute();
      await tellInvitation(transaction, user, room, {
        by: by?.user ?? null,
        name: by?.name ?? room.name,
        created,
      });
      await tellUser(transaction, user, { kind: 'invitation', roomId, state: 'open' });
      return { invited: true };
    });
  }

  /** Ends an invitation without a membership. @returns whether there was one */
  end(roomId: string, user: string, state: 'declined' | 'revoked'): Promise<boolean> {
    return this.#tidings.transaction(async (transaction) => {
      const ended = await deleteInvitation(transaction.db, roomId, user);
      if (ended) await tellUser(transaction, user, { kind: 'invitation', roomId, state });
      return ended;
    });
  }

  /** Open invitations: to a room, or of a user. */
  async list(where: { readonly room: string } | { readonly user: string }): Promise<readonly Invitation[]> {
    const query = this.#tidings.db
      .selectFrom('room_invitations')
      .innerJoin('rooms', 'rooms.id', 'room_invitations.room')
      .select(['rooms.id', 'rooms.name', 'room_invitations.user', 'by', 'room_invitations.created'])
      .orderBy('room_invitations.created')
      .limit(MAX_INVITATIONS);
    const rows = await ('room' in where
      ? query.where('room_invitations.room', '=', where.room)
      : query.where('room_invitations.user', '=', where.user)
    ).execute();
    return rows.map(({ id, name, user, by, created }) => ({
      roomId: id,
      roomName: name,
      user,
      by,
      created: new Date(created).toISOString(),
    }));
  }
}

export function findInvitation(db: Db, room: string, user: string) {
  return db
    .selectFrom('room_invitations')
    .selectAll()
    .where('room', '=', room)
    .where('user', '=', user)
    .executeTakeFirst();
}

/** @returns whether there was one */
export async function deleteInvitation(db: Db, room: string, user: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('room_invitations')
    .where('room', '=', room)
    .where('user', '=', user)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
