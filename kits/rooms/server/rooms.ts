/**
 * Rooms: what they are, who is in them, and opening one.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { parseChannelName } from '@tidings/protocol';
import { TidingsError } from '@tidings/server/kit';
import { MADE_ID_PREFIX, type Member, type Room } from '../events.ts';
import type { Db, Tables } from './tables.ts';

export type RoomRow = Tables['rooms'];

const MADE_ID_BYTES = 16;

/** Ids that stand for something else in the addresses of the HTTP API. */
const TAKEN_IDS: ReadonlySet<string> = new Set(['public', 'invitations', 'ws']);

/** At most so many members are told at once. */
const MAX_MEMBERS = 1000;

/** The channel of a room. */
export function roomChannel(room: string): string {
  return `room:${room}`;
}

/** Everything that a member may follow of a room. */
export function roomChannels(room: string): readonly string[] {
  const channel = roomChannel(room);
  return [channel, `presence:${channel}`, `typing:${channel}`];
}

/** The channel of a user; `undefined` for one whose id makes none. */
export function userChannel(user: string): string | undefined {
  const channel = `user:${user}`;
  return parseChannelName(channel) ? channel : undefined;
}

/** The same for a room that is not there and for one that is none of the caller's business. */
export function noSuchRoom(): TidingsError {
  return new TidingsError('not_found', 'There is no such room.');
}

/** An id that nobody can guess. */
export function madeId(): string {
  return MADE_ID_PREFIX + randomBytes(MADE_ID_BYTES).toString('base64url');
}

/** Whether somebody may open a room under this id. */
export function mayBeChosen(id: string): boolean {
  return !id.startsWith(MADE_ID_PREFIX) && !TAKEN_IDS.has(id);
}

export function findRoom(db: Db, id: string): Promise<RoomRow | undefined> {
  return db.selectFrom('rooms').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Holds a room until the end of the transaction, so that what is done to it is done one after the other. */
export function lockRoom(db: Db, id: string): Promise<RoomRow | undefined> {
  return db
    .updateTable('rooms')
    .set((row) => ({ last_seq: row.ref('last_seq') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

export async function isMember(db: Db, room: string, user: string | undefined): Promise<boolean> {
  return user !== undefined && (await findMember(db, room, user)) !== undefined;
}

export function findMember(db: Db, room: string, user: string) {
  return db
    .selectFrom('room_members')
    .selectAll()
    .where('room', '=', room)
    .where('user', '=', user)
    .executeTakeFirst();
}

export async function countMembers(db: Db, room: string): Promise<number> {
  const { count } = await db
    .selectFrom('room_members')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('room', '=', room)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The members of a room, who came first first. */
export async function listMembers(db: Db, { id, owner }: RoomRow): Promise<readonly Member[]> {
  const rows = await db
    .selectFrom('room_members')
    .select(['user', 'name', 'joined'])
    .where('room', '=', id)
    .orderBy('joined')
    .orderBy('user')
    .limit(MAX_MEMBERS)
    .execute();
  return rows.map(({ user, name, joined }) => ({
    user,
    name,
    joined: new Date(joined).toISOString(),
    owner: user === owner,
  }));
}

/** Public rooms after the id `after`, in order of id. */
export async function listPublicRooms(
  db: Db,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<readonly Room[]> {
  const rows = await db
    .selectFrom('rooms')
    .selectAll('rooms')
    .select((row) =>
      row
        .selectFrom('room_members')
        .select(({ fn }) => fn.countAll().as('count'))
        .whereRef('room_members.room', '=', 'rooms.id')
        .as('members'),
    )
    .where('private', '=', 0)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ members, ...row }) => roomView(row, Number(members)));
}

export interface NewRoom {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly private: boolean;
  readonly owner: string;
}

/**
 * Puts a room into a transaction, without members; does nothing when the id is taken.
 *
 * @param maxRooms that one user may own
 * @throws TidingsError `limit_reached`
 */
export async function insertRoom(db: Db, room: NewRoom, maxRooms: number, now: number): Promise<void> {
  const { count } = await db
    .selectFrom('rooms')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('owner', '=', room.owner)
    .executeTakeFirstOrThrow();
  if (Number(count) >= maxRooms)
    throw new TidingsError('limit_reached', `A user may own ${maxRooms} rooms at most.`);
  await db
    .insertInto('rooms')
    .values({ ...room, private: room.private ? 1 : 0, last_seq: 0, created: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** A room as it is told. */
export function roomView(row: RoomRow, members: number): Room {
  return {
    id: row.id,
    name: row.name,
    topic: row.topic,
    private: row.private === 1,
    owner: row.owner,
    members,
    lastSeq: row.last_seq,
    created: new Date(row.created).toISOString(),
  };
}
