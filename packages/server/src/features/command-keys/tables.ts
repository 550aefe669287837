import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tables of this feature. */
export interface CommandKeyTables {
  /** Answers to commands that had a key. */
  command_keys: {
    /** Whose key it is. */
    scope: string;
    command: string;
    key: string;
    /** Of the command's data. */
    hash: string;
    /** The answer as JSON text. */
    answer: string;
    /** When it may be forgotten, milliseconds since 1970-01-01 UTC. */
    expires_at: number;
  };
}

/** Makes the tables; run as those of `command_keys`. */
export const COMMAND_KEY_MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-command-keys': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('command_keys')
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('command', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('answer', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('command_keys_primary', ['scope', 'command', 'key'])
        .execute();
      await db.schema.createIndex('command_keys_expires').on('command_keys').column('expires_at').execute();
    },
  },
};
