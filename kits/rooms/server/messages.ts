/**
 * Messages: each is written once, however often it is sent, and heard if and only if it is written.
 *
 * Messages of a room are written one after the other, in the order in which they came; those that wait meanwhile share a
 * transaction. The row and the event are of one transaction, and the row is unique by room, writer and the client's id.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type Call, type KitTransaction, TidingsError } from '@tidings/server/kit';
import { Lanes } from '../../shared/server/lanes.ts';
import { mentionsIn } from '../../shared/server/mentions.ts';
import { plainText } from '../../shared/server/plain-text.ts';
import type { Message, SendMessage, Sent } from '../events.ts';
import { type MessageRow, messageId, messageView, sentView } from './message-view.ts';
import { countOwn, type UnreadTeller } from './reading.ts';
import { isMember, lockRoom, noSuchRoom, type RoomRow, roomChannel } from './rooms.ts';
import { readSentAt } from './sent-at.ts';
import type { Db, Server, Tables } from './tables.ts';
import { tellMention } from './told.ts';

type Transaction = KitTransaction<Tables>;

/** Who writes. */
export interface Writer {
  readonly user: string;
  readonly name: string;
}

/** A message on its way to be written. */
interface Draft extends Writer {
  readonly message: string;
  readonly clientId: string;
  readonly sentAt: number;
}

/** Which part of a room's history. */
export interface HistoryRequest {
  /** What is older than this place; the newest, when neither is given. */
  readonly before?: number | undefined;
  /** What is newer than this place. */
  readonly after?: number | undefined;
  readonly limit: number;
}

export interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** `before` (or, where `after` was asked, `after`) of the next page; null at the end. */
  readonly next: number | null;
}

export class Messages {
  readonly #tidings: Server;
  readonly #maxAge: number;
  readonly #unread: UnreadTeller;
  readonly #lanes: Lanes<Draft, Sent>;

  /** @param maxAge how long ago a message may have been written, milliseconds */
  constructor(tidings: Server, { maxAge, unread }: { maxAge: number; unread: UnreadTeller }) {
    this.#tidings = tidings;
    this.#maxAge = maxAge;
    this.#unread = unread;
    this.#lanes = new Lanes((room, drafts) => this.#write(room, drafts));
  }

  /**
   * Writes a message; a repeat under the same `id` (or else `key`) has no effect and the same answer. Messages of one
   * room are written in the order of the calls.
   *
   * @throws TidingsError `invalid_request`, `not_found` for who is no member, `key_conflict` for another text under the id
   */
  send(writer: Writer, { roomId, message, timestamp, id }: SendMessage, key?: string): Promise<Sent> {
    const now = this.#tidings.clock.now();
    const draft: Draft = {
      ...writer,
      message: plainText(message, 'message'),
      clientId: plainText(String(id ?? key ?? randomUUID()), 'id'),
      sentAt: readSentAt(timestamp, now, this.#maxAge),
    };
    return this.#lanes.add(roomId, draft);
  }

  async #write(roomId: string, drafts: readonly Draft[]): Promise<readonly PromiseSettledResult<Sent>[]> {
    const { outcomes, written } = await this.#tidings.transaction(async (transaction) => {
      const room = await lockRoom(transaction.db, roomId);
      const outcomes: PromiseSettledResult<Sent>[] = [];
      let lastSeq = room?.last_seq ?? 0;
      for (const draft of drafts) {
        const outcome = await this.#one(transaction, room, draft, lastSeq + 1);
        if (outcome.status === 'fulfilled') lastSeq = Math.max(lastSeq, outcome.value.seq);
        outcomes.push(outcome);
      }
      const written = lastSeq > (room?.last_seq ?? 0);
      if (written)
        await transaction.db
          .updateTable('rooms')
          .set({ last_seq: lastSeq })
          .where('id', '=', roomId)
          .execute();
      return { outcomes, written };
    });
    if (written) this.#unread.written(roomId);
    return outcomes;
  }

  /** What is refused has written nothing; any other failure is that of the whole transaction. */
  async #one(
    transaction: Transaction,
    room: RoomRow | undefined,
    draft: Draft,
    seq: number,
  ): Promise<PromiseSettledResult<Sent>> {
    const { db } = transaction;
    const refused = (reason: TidingsError) => ({ status: 'rejected', reason }) as const;
    if (!room) return refused(noSuchRoom());
    const before = await db
      .selectFrom('room_messages')
      .selectAll()
      .where('room', '=', room.id)
      .where('user', '=', draft.user)
      .where('client_id', '=', draft.clientId)
      .executeTakeFirst();
    if (before) {
      const same = before.edited_at !== null || before.deleted === 1 || before.message === draft.message;
      return same
        ? { status: 'fulfilled', value: sentView(before) }
        : refused(new TidingsError('key_conflict', 'Another message was sent under this id.'));
    }
    if (!(await isMember(db, room.id, draft.user))) return refused(noSuchRoom());
    const row: MessageRow = {
      room: room.id,
      seq,
      user: draft.user,
      name: draft.name,
      message: draft.message,
      client_id: draft.clientId,
      sent_at: draft.sentAt,
      at: this.#tidings.clock.now(),
      edited_at: null,
      deleted: 0,
    };
    try {
      // The first thing that is written, and what it refuses it refuses before.
      await transaction.publish({
        channel: roomChannel(room.id),
        event: 'message',
        data: messageView(row),
        user: draft.user,
      });
    } catch (error) {
      if (error instanceof TidingsError) return refused(error);
      throw error;
    }
    await db.insertInto('room_messages').values(row).execute();
    await countOwn(db, room.id, draft.user, seq);
    await this.#tellMentioned(transaction, room, row);
    return { status: 'fulfilled', value: sentView(row) };
  }

  async #tellMentioned(transaction: Transaction, room: RoomRow, row: MessageRow): Promise<void> {
    const named = mentionsIn(row.message).filter((user) => user !== row.user);
    if (named.length === 0) return;
    const members = await transaction.db
      .selectFrom('room_members')
      .select('user')
      .where('room', '=', room.id)
      .where('user', 'in', named)
      .execute();
    for (const { user } of members) await tellMention(transaction, user, room, row);
  }

  /** Changes one's own message. @throws TidingsError `not_found`, `forbidden`, `invalid_request` */
  async edit(
    user: string,
    { roomId, seq, message }: { roomId: string; seq: number; message: string },
    answers: Call,
  ) {
    const text = plainText(message, 'message');
    const now = this.#tidings.clock.now();
    return this.#change(user, { roomId, seq }, answers, {
      set: { message: text, edited_at: now },
      event: 'message_edited',
      data: { message: text, editedAt: new Date(now).toISOString() },
    });
  }

  /** Empties one's own message; its place stays. @throws TidingsError `not_found`, `forbidden` */
  async delete(user: string, place: { roomId: string; seq: number }, answers: Call) {
    const set = { message: '', deleted: 1 };
    return this.#change(user, place, answers, { set, event: 'message_deleted', data: {} });
  }

  #change(
    user: string,
    { roomId, seq }: { readonly roomId: string; readonly seq: number },
    answers: Call,
    {
      set,
      event,
      data,
    }: { readonly set: Partial<MessageRow>; readonly event: string; readonly data: object },
  ) {
    const work = async ({ db, publish }: Transaction) => {
      const room = await lockRoom(db, roomId);
      if (!room || !(await isMember(db, roomId, user))) throw noSuchRoom();
      const row = await db
        .selectFrom('room_messages')
        .selectAll()
        .where('room', '=', roomId)
        .where('seq', '=', seq)
        .executeTakeFirst();
      if (!row || row.deleted === 1) throw new TidingsError('not_found', 'There is no such message.');
      if (row.user !== user) throw new TidingsError('forbidden', 'Only its writer may change a message.');
      await db
        .updateTable('room_messages')
        .set(set)
        .where('room', '=', roomId)
        .where('seq', '=', seq)
        .execute();
      const told = { id: messageId(roomId, seq), roomId, seq, ...data };
      await publish({ channel: roomChannel(roomId), event, data: told, user });
      return told;
    };
    return this.#tidings.transaction(work, { answers });
  }

  /** Reads the past of a room; whether the caller may is not asked here. */
  async history(room: string, { before, after, limit }: HistoryRequest): Promise<HistoryPage> {
    const forwards = after !== undefined;
    let query = this.#rows(this.#tidings.db, room).limit(limit + 1);
    if (before !== undefined) query = query.where('seq', '<', before);
    query = forwards ? query.where('seq', '>', after).orderBy('seq') : query.orderBy('seq', 'desc');
    const rows = await query.execute();
    const page = rows.slice(0, limit);
    const end = page.at(-1)?.seq;
    return {
      messages: (forwards ? page : page.reverse()).map(messageView),
      next: rows.length > limit && end !== undefined ? end : null,
    };
  }

  #rows(db: Db, room: string) {
    return db.selectFrom('room_messages').selectAll().where('room', '=', room);
  }
}
