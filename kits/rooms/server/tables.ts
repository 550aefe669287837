/**
 * The tables of the rooms kit.
 *
 * @module
 */
import type { Kit, Tidings } from '@tidings/server/kit';

export interface Tables {
  rooms: {
    id: string;
    name: string;
    topic: string;
    private: number;
    /** Null when the last owner has left and nobody was there. */
    owner: string | null;
    /** Place of the newest message. */
    last_seq: number;
    /** Milliseconds since 1970-01-01 UTC, as all times here. */
    created: number;
  };
  room_members: {
    room: string;
    user: string;
    name: string;
    joined: number;
    /** Everything up to this place is read. */
    read_seq: number;
    /** The member's own messages after `read_seq`, which are not unread. */
    own_after: number;
  };
  room_invitations: { room: string; user: string; by: string | null; created: number };
  room_messages: {
    room: string;
    seq: number;
    user: string;
    name: string;
    message: string;
    client_id: string;
    sent_at: number;
    at: number;
    edited_at: number | null;
    deleted: number;
  };
}

/** What the kit may do with the server. */
export type Server = Tidings<Tables>;

/** A query builder, inside a transaction or outside. */
export type Db = Server['db'];

export const migrations: NonNullable<Kit['migrations']> = {
  '001-rooms': {
    async up(db) {
      await db.schema
        .createTable('rooms')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('topic', 'text', (column) => column.notNull())
        .addColumn('private', 'integer', (column) => column.notNull())
        .addColumn('owner', 'text')
        .addColumn('last_seq', 'bigint', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('rooms_owner').on('rooms').column('owner').execute();
      await db.schema
        .createTable('room_members')
        .addColumn('room', 'text', (column) => column.notNull().references('rooms.id').onDelete('cascade'))
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('joined', 'bigint', (column) => column.notNull())
        .addColumn('read_seq', 'bigint', (column) => column.notNull())
        .addColumn('own_after', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('room_members_key', ['room', 'user'])
        .execute();
      await db.schema.createIndex('room_members_user').on('room_members').column('user').execute();
      await db.schema
        .createTable('room_invitations')
        .addColumn('room', 'text', (column) => column.notNull().references('rooms.id').onDelete('cascade'))
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('by', 'text')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('room_invitations_key', ['room', 'user'])
        .execute();
      await db.schema.createIndex('room_invitations_user').on('room_invitations').column('user').execute();
      await db.schema
        .createTable('room_messages')
        .addColumn('room', 'text', (column) => column.notNull().references('rooms.id').onDelete('cascade'))
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull())
        .addColumn('client_id', 'text', (column) => column.notNull())
        .addColumn('sent_at', 'bigint', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('edited_at', 'bigint')
        .addColumn('deleted', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('room_messages_key', ['room', 'seq'])
        .addUniqueConstraint('room_messages_client_id', ['room', 'user', 'client_id'])
        .execute();
    },
  },
};
