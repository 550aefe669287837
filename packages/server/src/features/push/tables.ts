import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of this feature. Times are milliseconds since 1970-01-01 UTC. */
export interface PushTables {
  /** Browsers that have asked for pushes. */
  push_devices: {
    /** Of the endpoint, see `deviceIdOf`. */
    id: string;
    user: string;
    endpoint: string;
    /** The public key of the browser, base64url. */
    p256dh: string;
    /** The secret that the browser shares with us, base64url. */
    auth: string;
    /** What the user calls it. */
    label: string | null;
    created: number;
    /** When the browser said last that this is still its subscription. */
    renewed: number;
  };
  /** What has been begun to be told. */
  push_deliveries: {
    /** The delivery's id in the queue: the same for every attempt. */
    id: string;
    user: string;
    /** Of the token that a click brings back; null once it has. */
    click_hash: string | null;
    at: number;
  };
  /** Which notifications a delivery tells of. */
  push_letters: { delivery: string; notification: string };
  /** Which devices have been tried with a delivery. */
  push_attempts: {
    delivery: string;
    device: string;
    /** When the push service took it; null while it has not. */
    told: number | null;
    tries: number;
  };
}

/** Makes the tables; run as those of `push`. */
export const PUSH_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-push': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('push_devices')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('p256dh', 'text', (column) => column.notNull())
        .addColumn('auth', 'text', (column) => column.notNull())
        .addColumn('label', 'text')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('renewed', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('push_devices_user')
        .on('push_devices')
        .columns(['user', 'renewed'])
        .execute();
      await db.schema
        .createTable('push_deliveries')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('click_hash', 'text')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('push_deliveries_click')
        .on('push_deliveries')
        .column('click_hash')
        .execute();
      await db.schema.createIndex('push_deliveries_at').on('push_deliveries').column('at').execute();
      await db.schema
        .createTable('push_letters')
        .addColumn('delivery', 'text', (column) => column.notNull())
        .addColumn('notification', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('push_letters_primary', ['notification', 'delivery'])
        .execute();
      await db.schema.createIndex('push_letters_delivery').on('push_letters').column('delivery').execute();
      await db.schema
        .createTable('push_attempts')
        .addColumn('delivery', 'text', (column) => column.notNull())
        .addColumn('device', 'text', (column) => column.notNull())
        .addColumn('told', 'bigint')
        .addColumn('tries', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('push_attempts_primary', ['delivery', 'device'])
        .execute();
    },
  },
};
