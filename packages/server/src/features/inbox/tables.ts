import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of this feature. Times are milliseconds since 1970-01-01 UTC. */
export interface InboxTables {
  notifications: {
    /** In order of creation. */
    id: string;
    user: string;
    /** The idempotency key of whoever made it. */
    key: string | null;
    level: string;
    category: string;
    title: string;
    body: string;
    url: string | null;
    /** JSON text. */
    data: string;
    at: number;
    expires_at: number | null;
    /** Whether it stands in the inbox, and is not for couriers alone: 1 or 0. */
    in_app: number;
    seen_at: number | null;
    read_at: number | null;
    archived_at: number | null;
  };
  preferences: {
    user: string;
    /** JSON text. */
    json: string;
  };
}

/** Makes the tables; run as those of `inbox`. */
export const INBOX_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-inbox': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('notifications')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('level', 'text', (column) => column.notNull())
        .addColumn('category', 'text', (column) => column.notNull())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('url', 'text')
        .addColumn('data', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .addColumn('in_app', 'integer', (column) => column.notNull())
        .addColumn('seen_at', 'bigint')
        .addColumn('read_at', 'bigint')
        .addColumn('archived_at', 'bigint')
        .addUniqueConstraint('notifications_key', ['user', 'key'])
        .execute();
      await db.schema
        .createIndex('notifications_of_user')
        .on('notifications')
        .columns(['user', 'id'])
        .execute();
      await db.schema
        .createIndex('notifications_unread')
        .on('notifications')
        .column('user')
        .where(sql`read_at`, 'is', null)
        .where(sql`archived_at`, 'is', null)
        .execute();
      await db.schema
        .createIndex('notifications_expiring')
        .on('notifications')
        .column('expires_at')
        .where(sql`expires_at`, 'is not', null)
        .execute();
      await db.schema.createIndex('notifications_at').on('notifications').column('at').execute();
      await db.schema
        .createTable('preferences')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .addColumn('json', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
