import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of moderation. Times are milliseconds since 1970-01-01 UTC. */
export interface ModerationTables {
  forum_words: {
    /** In lower case. */
    word: string;
    /** One of `WORD_ACTIONS`. */
    action: string;
  };
  /** Posts that wait for a moderator; one that is approved becomes a post, with a place. */
  forum_held: {
    id: Generated<number>;
    thread: string;
    user: string;
    name: string;
    content: string;
    reply_to: number | null;
    at: number;
    /** `word` or `links`. */
    why: string;
  };
  forum_reports: {
    thread: string;
    seq: number;
    user: string;
    name: string;
    reason: string;
    at: number;
  };
  forum_bans: {
    user: string;
    name: string;
    reason: string;
    by: string;
    since: number;
    until: number | null;
  };
}

export const MODERATION_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '003-moderation': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('forum_words')
        .addColumn('word', 'text', (column) => column.primaryKey())
        .addColumn('action', 'text', (column) => column.notNull())
        .execute();
      await schema
        .createTable('forum_held')
        .$call(withId(db))
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('reply_to', 'bigint')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('why', 'text', (column) => column.notNull())
        .execute();
      await schema.createIndex('forum_held_user').on('forum_held').columns(['user', 'at']).execute();
      await schema
        .createTable('forum_reports')
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_reports_key', ['thread', 'seq', 'user'])
        .execute();
      await schema
        .createTable('forum_bans')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('by', 'text', (column) => column.notNull())
        .addColumn('since', 'bigint', (column) => column.notNull())
        .addColumn('until', 'bigint')
        .execute();
    },
  },
};
