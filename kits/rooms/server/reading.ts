/**
 * Reading: how far each member has read each room, and what is unread, the same on all devices.
 *
 * A member's own messages are never unread. They are counted as they are sent, so that what is unread is a difference of
 * numbers that are there, however much was written: `last_seq - read_seq - own_after`.
 *
 * @module
 */
import type { MyRoom, Update } from '../events.ts';
import { messageView } from './message-view.ts';
import { findMember, lockRoom, noSuchRoom, roomView, userChannel } from './rooms.ts';
import type { Db, Server, Tables } from './tables.ts';

type MemberRow = Tables['room_members'];

function unreadOf(
  lastSeq: number,
  { read_seq, own_after }: Pick<MemberRow, 'read_seq' | 'own_after'>,
): number {
  return lastSeq - read_seq - own_after;
}

/** Counts a message as its writer's own, inside the transaction that writes it. */
export async function countOwn(db: Db, room: string, user: string, seq: number): Promise<void> {
  const mine = db.updateTable('room_members').where('room', '=', room).where('user', '=', user);
  // Who had read everything before has read this too.
  const { numUpdatedRows } = await mine
    .set({ read_seq: seq })
    .where('read_seq', '=', seq - 1)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) await mine.set((row) => ({ own_after: row('own_after', '+', 1) })).execute();
}

/**
 * Marks a room as read up to a place, or all of it. A place that is behind what is read already changes nothing, so that
 * devices may tell it in any order.
 *
 * @throws TidingsError `not_found`
 */
export function markRead(
  tidings: Server,
  user: string,
  { roomId, seq }: { roomId: string; seq?: number | undefined },
): Promise<{ readonly roomId: string; readonly lastRead: number; readonly unread: number }> {
  return tidings.transaction(async ({ db, publish }) => {
    const room = await lockRoom(db, roomId);
    const member = room && (await findMember(db, roomId, user));
    if (!room || !member) throw noSuchRoom();
    const lastRead = Math.min(seq ?? room.last_seq, room.last_seq);
    if (lastRead <= member.read_seq)
      return { roomId, lastRead: member.read_seq, unread: unreadOf(room.last_seq, member) };
    const { count } = await db
      .selectFrom('room_messages')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('room', '=', roomId)
      .where('user', '=', user)
      .where('seq', '>', lastRead)
      .executeTakeFirstOrThrow();
    const now = { read_seq: lastRead, own_after: Number(count) };
    await db
      .updateTable('room_members')
      .set(now)
      .where('room', '=', roomId)
      .where('user', '=', user)
      .execute();
    const answer = { roomId, lastRead, unread: unreadOf(room.last_seq, now) };
    const channel = userChannel(user);
    const update: Update = { kind: 'read', ...answer };
    if (channel) await publish({ channel, event: 'update', data: update });
    return answer;
  });
}

/** The rooms of a user, or one of them; the one in which something was written last is first. */
export async function myRooms(db: Db, user: string, only?: string): Promise<readonly MyRoom[]> {
  let query = db
    .selectFrom('room_members as mine')
    .innerJoin('rooms', 'rooms.id', 'mine.room')
    .leftJoin('room_messages as last', (join) =>
      join.onRef('last.room', '=', 'rooms.id').onRef('last.seq', '=', 'rooms.last_seq'),
    )
    .selectAll('rooms')
    .select((row) => [
      'mine.read_seq',
      'mine.own_after',
      'last.user as last_user',
      'last.name as last_name',
      'last.message as last_message',
      'last.client_id as last_client_id',
      'last.sent_at as last_sent_at',
      'last.at as last_at',
      'last.edited_at as last_edited_at',
      'last.deleted as last_deleted',
      row
        .selectFrom('room_members')
        .select(({ fn }) => fn.countAll().as('count'))
        .whereRef('room_members.room', '=', 'rooms.id')
        .as('members'),
    ])
    .where('mine.user', '=', user)
    .orderBy((row) => row.fn.coalesce('last.at', 'rooms.created'), 'desc')
    .orderBy('rooms.id');
  if (only !== undefined) query = query.where('mine.room', '=', only);
  const rows = await query.execute();
  return rows.map((row) => ({
    ...roomView(row, Number(row.members)),
    lastRead: row.read_seq,
    unread: unreadOf(row.last_seq, row),
    last:
      row.last_user === null
        ? null
        : messageView({
            room: row.id,
            seq: row.last_seq,
            user: row.last_user,
            name: row.last_name ?? '',
            message: row.last_message ?? '',
            client_id: row.last_client_id ?? '',
            sent_at: row.last_sent_at ?? 0,
            at: row.last_at ?? 0,
            edited_at: row.last_edited_at,
            deleted: row.last_deleted ?? 0,
          }),
  }));
}

/** @throws TidingsError `not_found` when the user is no member. */
export async function myRoom(db: Db, user: string, id: string): Promise<MyRoom> {
  const [room] = await myRooms(db, user, id);
  if (!room) throw noSuchRoom();
  return room;
}

/** Tells the readers of rooms what is unread, a while after something was written, so that a lively room is told once. */
export class UnreadTeller {
  readonly #tidings: Server;
  readonly #options: { readonly delay: number; readonly members: number };
  readonly #due = new Set<string>();

  /** @param options `delay` in milliseconds; `members` of the largest room that is told */
  constructor(tidings: Server, options: { readonly delay: number; readonly members: number }) {
    this.#tidings = tidings;
    this.#options = options;
  }

  /** Something was written in a room. */
  written(room: string): void {
    if (this.#due.has(room)) return;
    this.#due.add(room);
    this.#tidings.clock.after(this.#options.delay, () => {
      this.#due.delete(room);
      // It is a hint: the counts stand in the database, for whoever asks.
      this.#tell(room).catch((error: unknown) =>
        this.#tidings.log.warn({ err: error, room }, 'unread counts could not be told'),
      );
    });
  }

  async #tell(id: string): Promise<void> {
    const { db } = this.#tidings;
    // One statement, so that nobody has read further than the room goes.
    const members = await db
      .selectFrom('room_members')
      .innerJoin('rooms', 'rooms.id', 'room_members.room')
      .selectAll('room_members')
      .select('rooms.last_seq')
      .where('room', '=', id)
      .limit(this.#options.members + 1)
      .execute();
    const lastSeq = members[0]?.last_seq;
    if (lastSeq === undefined || members.length > this.#options.members) return;
    const last = await db
      .selectFrom('room_messages')
      .selectAll()
      .where('room', '=', id)
      .where('seq', '=', lastSeq)
      .executeTakeFirst();
    await Promise.all(
      members.map(async (member) => {
        const unread = unreadOf(lastSeq, member);
        const channel = userChannel(member.user);
        if (unread === 0 || !channel) return;
        const update: Update = {
          kind: 'unread',
          roomId: id,
          lastRead: member.read_seq,
          unread,
          last: last ? messageView(last) : null,
        };
        await this.#tidings.publish({ channel, event: 'update', data: update });
      }),
    );
  }
}
