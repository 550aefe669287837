import type { Generated, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { withId } from '../../storage/with-id.ts';

/**
 * Where a delivery stands.
 *
 * - `waiting`: for its time, or for another try
 * - `delivered`: the courier has taken it
 * - `unreachable`: the user has no such address or device
 * - `skipped`: the user does not want to be told this way
 * - `cancelled`: the notification was seen, or has expired
 * - `dead`: given up; it can be sent again by hand
 * - `retracting`, `retracted`: delivered, and being taken back since it was read elsewhere
 */
export const STATES = [
  'waiting',
  'delivered',
  'unreachable',
  'skipped',
  'cancelled',
  'dead',
  'retracting',
  'retracted',
] as const;
export type State = (typeof STATES)[number];

/** The tables of this feature. Times are milliseconds since 1970-01-01 UTC. */
export interface DeliveryTables {
  /** One for each notification and courier; the next courier's is made when the one before has ended. */
  deliveries: {
    /** `NOTIFICATION.COURIER`. */
    id: string;
    notification: string;
    user: string;
    courier: string;
    state: string;
    /** When it is to be looked at. */
    due: number;
    /** How often the courier was asked. */
    attempts: number;
    /** Who works on it, until when; nobody else touches it meanwhile. */
    lease: string | null;
    leased_until: number;
    /** It was held back once, for a session that was there: 1 or 0. */
    held: number;
    /** It goes out in a digest: 1 or 0. */
    gathered: number;
    /** The identity of the digest it is part of, once that was tried. */
    digest: string | null;
    /** How often it was sent again by hand. */
    round: number;
    created: number;
    updated: number;
    /** What was said last. */
    detail: string;
  };
  /** What happened to deliveries, in order. */
  delivery_steps: {
    id: Generated<number>;
    delivery: string;
    at: number;
    step: string;
    detail: string;
  };
}

/** Makes the tables; run as those of `delivery`. */
export const DELIVERY_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-deliveries': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('deliveries')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('notification', 'text', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('courier', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('due', 'bigint', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('lease', 'text')
        .addColumn('leased_until', 'bigint', (column) => column.notNull())
        .addColumn('held', 'integer', (column) => column.notNull())
        .addColumn('gathered', 'integer', (column) => column.notNull())
        .addColumn('digest', 'text')
        .addColumn('round', 'integer', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('updated', 'bigint', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
      const index = (name: string, columns: string[]) =>
        db.schema.createIndex(name).on('deliveries').columns(columns).execute();
      await index('deliveries_due', ['state', 'gathered', 'due']);
      await index('deliveries_of_notification', ['notification']);
      await index('deliveries_of_user', ['user', 'id']);
      await index('deliveries_updated', ['updated']);
      await db.schema
        .createTable('delivery_steps')
        .$call(withId(db))
        .addColumn('delivery', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('step', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('delivery_steps_of')
        .on('delivery_steps')
        .columns(['delivery', 'id'])
        .execute();
    },
  },
};
