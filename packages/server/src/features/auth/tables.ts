import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of this feature. */
export interface AuthTables {
  /** Tokens and users whose tokens are no longer taken. */
  revocations: {
    kind: 'token' | 'user';
    /** The claim `jti`, or the user. */
    value: string;
    /** Of a user, tokens issued at or before this are meant; milliseconds since 1970-01-01 UTC. */
    at: number;
    /** When the revocation may be forgotten, because what it is about has expired; null for never. */
    expires_at: number | null;
  };
}

/** Makes the tables; run as those of `auth`. */
export const AUTH_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-revocations': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('revocations')
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .addPrimaryKeyConstraint('revocations_primary', ['kind', 'value'])
        .execute();
    },
  },
};
