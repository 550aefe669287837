/**
 * Membership: opening a room, joining, leaving and being removed.
 *
 * Whoever has no business in a private room is told the same of it as of a room that is not there.
 *
 * @module
 */
import { type KitTransaction, type Session, TidingsError } from '@tidings/server/kit';
import { plainName, plainText } from '../../shared/server/plain-text.ts';
import type { Joined, MyRoom, UserJoined, UserLeft } from '../events.ts';
import { changeRoom } from './change-room.ts';
import { deleteInvitation, findInvitation } from './invitations.ts';
import type { JoinAnswer, JoinWebhook } from './join-webhook.ts';
import type { Writer } from './messages.ts';
import { myRoom } from './reading.ts';
import {
  countMembers,
  findMember,
  findRoom,
  insertRoom,
  isMember,
  lockRoom,
  madeId,
  mayBeChosen,
  noSuchRoom,
  type RoomRow,
  roomChannel,
  roomChannels,
  roomView,
} from './rooms.ts';
import type { Db, Server, Tables } from './tables.ts';
import { tellUser } from './told.ts';

type Transaction = KitTransaction<Tables>;

/** A room to open. */
export interface RoomRequest {
  /** @default one that nobody can guess */
  readonly id?: string | undefined;
  readonly name: string;
  /** @default '' */
  readonly topic?: string | undefined;
  /** @default false */
  readonly private?: boolean | undefined;
}

export interface MembershipOptions {
  /** Joining a room that is not there opens it. */
  readonly open: boolean;
  /** Rooms that one user may own. */
  readonly maxRooms: number;
  readonly webhook: JoinWebhook | undefined;
  /** Members of the largest room whose members are told of changes on their own channels, too. */
  readonly unreadMembers: number;
}

export class Membership {
  readonly #tidings: Server;
  readonly #options: MembershipOptions;

  constructor(tidings: Server, options: MembershipOptions) {
    this.#tidings = tidings;
    this.#options = options;
  }

  /**
   * Opens a room and makes its owner the first member. Whoever opens a room of their own again is given it as it is.
   *
   * @throws TidingsError `invalid_request`, `limit_reached`
   */
  async create(owner: Writer, request: RoomRequest): Promise<MyRoom> {
    const { id: chosen, topic = '' } = request;
    const isPrivate = request.private ?? false;
    // The id of a private room says nothing, and so nothing can be learnt by asking for one.
    if (chosen !== undefined && (isPrivate || !mayBeChosen(chosen)))
      throw new TidingsError(
        'invalid_request',
        'A private room has no id of its own choice, nor a reserved one.',
      );
    const id = chosen ?? madeId();
    const room = {
      id,
      name: plainName(request.name, 'name'),
      topic: topic === '' ? '' : plainText(topic, 'topic'),
      private: isPrivate,
      owner: owner.user,
    };
    await this.#tidings.transaction(async (transaction) => {
      const { db } = transaction;
      if (!(await findRoom(db, id))) await this.#insert(db, room);
      // Somebody else may have been first, in this moment too.
      if ((await lockRoom(db, id))?.owner !== owner.user)
        throw new TidingsError('invalid_request', 'There is a room of this id already.');
      await this.#enter(transaction, id, owner, false);
    });
    return myRoom(this.#tidings.db, owner.user, id);
  }

  #insert(db: Db, room: Parameters<typeof insertRoom>[1]): Promise<void> {
    return insertRoom(db, room, this.#options.maxRooms, this.#tidings.clock.now());
  }

  /**
   * Makes somebody a member, unless they are one, and has their session follow the room. Joining a room one is invited to
   * accepts the invitation.
   *
   * @throws TidingsError `not_found`, `forbidden`, `limit_reached`, `unavailable` when the app cannot be asked
   */
  async join(writer: Writer, roomId: string, session: Session | undefined): Promise<Joined> {
    const { db } = this.#tidings;
    const member = await findMember(db, roomId, writer.user);
    const enter = member ? undefined : await this.#admit(writer, roomId);
    const channel = roomChannel(roomId);
    const fresh = session && !session.subscriptions.has(channel) ? session : undefined;
    // Before anything is written, since a session may follow too much already; and so the newcomer hears of itself, too.
    if (fresh) await this.#tidings.follow(fresh, [channel], { byRight: true });
    try {
      await enter?.();
      if (member && member.name !== writer.name) await renameMember(db, roomId, writer);
      return { ...(await myRoom(db, writer.user, roomId)), channel };
    } catch (error) {
      if (fresh) this.#tidings.unfollow(fresh, [channel]);
      throw error;
    }
  }

  /** Asks whether somebody may join. @returns what makes them a member */
  async #admit(writer: Writer, roomId: string): Promise<() => Promise<void>> {
    const { db } = this.#tidings;
    const room = await findRoom(db, roomId);
    const invited = room !== undefined && (await findInvitation(db, roomId, writer.user)) !== undefined;
    const answer = await this.#options.webhook?.ask({
      ...writer,
      roomId,
      exists: room !== undefined,
      private: room?.private === 1,
      invited,
    });
    requireJoinable(room, invited, answer);
    if (!room && !(this.#options.open && mayBeChosen(roomId))) throw noSuchRoom();
    return () =>
      this.#tidings.transaction(async (transaction) => {
        if (!room) {
          const opened = { id: roomId, name: roomId, topic: '', private: false, owner: writer.user };
          await this.#insert(transaction.db, opened);
        }
        await this.#enter(transaction, roomId, writer, answer === undefined);
      });
  }

  /** @param byInvitation a private room is entered by an invitation alone, which may have been taken back meanwhile */
  async #enter(
    transaction: Transaction,
    roomId: string,
    { user, name }: Writer,
    byInvitation: boolean,
  ): Promise<void> {
    const { db, publish } = transaction;
    const room = await lockRoom(db, roomId);
    if (!room) throw noSuchRoom();
    if (await isMember(db, roomId, user)) return;
    const used = await deleteInvitation(db, roomId, user);
    if (room.private === 1 && byInvitation && !used) throw noSuchRoom();
    const now = this.#tidings.clock.now();
    await db
      .insertInto('room_members')
      .values({ room: roomId, user, name, joined: now, read_seq: room.last_seq, own_after: 0 })
      .execute();
    const joined: UserJoined = {
      roomId,
      user,
      name,
      timestamp: new Date(now).toISOString(),
      members: await countMembers(db, roomId),
    };
    await publish({ channel: roomChannel(roomId), event: 'user_joined', data: joined, user });
    await tellUser(transaction, user, { kind: 'joined', roomId, name: room.name });
    if (used) await tellUser(transaction, user, { kind: 'invitation', roomId, state: 'accepted' });
    if (room.owner === null)
      await changeRoom(transaction, room, { owner: user }, this.#options.unreadMembers);
  }

  /** A backend makes somebody a member; nobody is asked. @throws TidingsError `not_found` */
  add(writer: Writer, roomId: string): Promise<void> {
    return this.#tidings.transaction((transaction) => this.#enter(transaction, roomId, writer, false));
  }

  /**
   * Ends somebody's membership; nothing of the room reaches their sessions from then on. The longest member becomes the
   * owner after one who leaves; a private room ends with its last member.
   *
   * @returns whether they were one
   */
  async remove(user: string, roomId: string, reason: UserLeft['reason']): Promise<boolean> {
    const removed = await this.#tidings.transaction(async (transaction) => {
      const { db, publish } = transaction;
      const room = await lockRoom(db, roomId);
      if (!room) return false;
      const { numDeletedRows } = await db
        .deleteFrom('room_members')
        .where('room', '=', roomId)
        .where('user', '=', user)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      const members = await countMembers(db, roomId);
      const left: UserLeft = {
        roomId,
        user,
        timestamp: new Date(this.#tidings.clock.now()).toISOString(),
        reason,
        members,
      };
      await publish({ channel: roomChannel(roomId), event: 'user_left', data: left });
      await tellUser(transaction, user, { kind: 'left', roomId, reason });
      if (room.private === 1 && members === 0)
        await db.deleteFrom('rooms').where('id', '=', roomId).execute();
      else if (room.owner === user) await this.#handOver(transaction, room);
      return true;
    });
    if (removed) await this.#tidings.unfollowUser(user, roomChannels(roomId));
    return removed;
  }

  /** Makes the longest member the owner, or nobody. */
  async #handOver(transaction: Transaction, room: RoomRow): Promise<void> {
    const next = await transaction.db
      .selectFrom('room_members')
      .select('user')
      .where('room', '=', room.id)
      .orderBy('joined')
      .orderBy('user')
      .executeTakeFirst();
    await changeRoom(transaction, room, { owner: next?.user ?? null }, this.#options.unreadMembers);
  }

  /**
   * Gives a room another name or topic; whether the caller may is not asked here.
   *
   * @throws TidingsError `not_found`, `invalid_request`
   */
  async change(roomId: string, { name, topic }: { name?: string | undefined; topic?: string | undefined }) {
    const set = {
      ...(name === undefined ? {} : { name: plainName(name, 'name') }),
      ...(topic === undefined ? {} : { topic: topic === '' ? '' : plainText(topic, 'topic') }),
    };
    return this.#tidings.transaction(async (transaction) => {
      const room = await lockRoom(transaction.db, roomId);
      if (!room) throw noSuchRoom();
      const changed = await changeRoom(transaction, room, set, this.#options.unreadMembers);
      return roomView(changed, await countMembers(transaction.db, roomId));
    });
  }
}

/** @param answer the app's; its word goes above the kit's own rules. @throws TidingsError `not_found`, `forbidden` */
function requireJoinable(room: RoomRow | undefined, invited: boolean, answer: JoinAnswer | undefined): void {
  const hidden = room?.private === 1 && !invited;
  if (answer?.allow) return;
  if (hidden) throw noSuchRoom();
  if (!answer) return;
  // Of a room that is not there no more is said than of a hidden one.
  if (!room) throw noSuchRoom();
  throw new TidingsError('forbidden', answer.reason ?? 'The app does not let you join this room.');
}

/** Somebody goes by another name now. */
async function renameMember(db: Db, room: string, { user, name }: Writer): Promise<void> {
  await db
    .updateTable('room_members')
    .set({ name })
    .where('room', '=', room)
    .where('user', '=', user)
    .execute();
}
