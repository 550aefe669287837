import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of this feature. */
export interface EmailTables {
  /** Addresses that a server has refused for good. */
  email_bounces: {
    user: string;
    address: string;
    /** What the server said. */
    answer: string;
    /** Milliseconds since 1970-01-01 UTC. */
    at: number;
  };
}

/** Makes the tables; run as those of `email`. */
export const EMAIL_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-email-bounces': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('email_bounces')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('answer', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};
