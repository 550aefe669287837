import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of this feature. */
export interface ContactTables {
  /** What is known of users: what was set, and beside it what their newest token said. */
  contacts: {
    user: string;
    name: string | null;
    email: string | null;
    language: string | null;
    timezone: string | null;
    token_name: string | null;
    token_email: string | null;
    token_language: string | null;
    token_timezone: string | null;
  };
}

/** Makes the tables; run as those of `contacts`. */
export const CONTACT_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-contacts': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('contacts')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text')
        .addColumn('email', 'text')
        .addColumn('language', 'text')
        .addColumn('timezone', 'text')
        .addColumn('token_name', 'text')
        .addColumn('token_email', 'text')
        .addColumn('token_language', 'text')
        .addColumn('token_timezone', 'text')
        .execute();
    },
  },
};
