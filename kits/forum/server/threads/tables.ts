import type { Kit } from '@tidings/server/kit';

/** The tables of boards, threads and posts. Times are milliseconds since 1970-01-01 UTC; what is 0 or 1 is no or yes. */
export interface ThreadTables {
  forum_boards: {
    id: string;
    name: string;
    description: string;
    private: number;
    position: number;
    created: number;
  };
  forum_board_members: { board: string; user: string; added: number };
  forum_threads: {
    id: string;
    board: string;
    title: string;
    /** Where spelling makes no difference. */
    search_title: string;
    user: string;
    name: string;
    created: number;
    /** When the newest post was written. */
    active: number;
    last_user: string;
    last_name: string;
    /** Place of the newest post; places are never given twice. */
    last_seq: number;
    /** Posts that can be read. */
    posts: number;
    locked: number;
    pinned: number;
  };
  forum_posts: {
    thread: string;
    seq: number;
    user: string;
    name: string;
    content: string;
    /** Where spelling makes no difference. */
    search: string;
    reply_to: number | null;
    at: number;
    edited: number | null;
    deleted: number;
  };
  /** What a post said before it was changed or deleted. */
  forum_post_edits: {
    thread: string;
    seq: number;
    /** From 1. */
    version: number;
    content: string;
    /** Who changed it; empty: a backend. */
    by: string;
    at: number;
  };
  /** What one user has read of a thread, and wants to hear of it. */
  forum_readers: {
    thread: string;
    user: string;
    read_seq: number;
    /** One of `FOLLOW_MODES`. */
    mode: string;
    /** Told of a reply that is not read yet, so that the next one is no news. */
    told: number;
  };
}

export const THREAD_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '001-threads': {
    async up({ schema }) {
      await schema
        .createTable('forum_boards')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('private', 'integer', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .execute();
      await schema
        .createTable('forum_board_members')
        .addColumn('board', 'text', (column) =>
          column.notNull().references('forum_boards.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('added', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_board_members_key', ['board', 'user'])
        .execute();
      await schema.createIndex('forum_board_members_user').on('forum_board_members').column('user').execute();
      await schema
        .createTable('forum_threads')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('board', 'text', (column) =>
          column.notNull().references('forum_boards.id').onDelete('cascade'),
        )
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('search_title', 'text', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('created', 'bigint', (column) => column.notNull())
        .addColumn('active', 'bigint', (column) => column.notNull())
        .addColumn('last_user', 'text', (column) => column.notNull())
        .addColumn('last_name', 'text', (column) => column.notNull())
        .addColumn('last_seq', 'bigint', (column) => column.notNull())
        .addColumn('posts', 'integer', (column) => column.notNull())
        .addColumn('locked', 'integer', (column) => column.notNull())
        .addColumn('pinned', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('forum_threads_board')
        .on('forum_threads')
        .columns(['board', 'pinned', 'active', 'id'])
        .execute();
      await schema
        .createTable('forum_posts')
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('search', 'text', (column) => column.notNull())
        .addColumn('reply_to', 'bigint')
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('edited', 'bigint')
        .addColumn('deleted', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_posts_key', ['thread', 'seq'])
        .execute();
      await schema.createIndex('forum_posts_user').on('forum_posts').columns(['user', 'at']).execute();
      await schema
        .createTable('forum_post_edits')
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('by', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_post_edits_key', ['thread', 'seq', 'version'])
        .execute();
      await schema
        .createTable('forum_readers')
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_threads.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('read_seq', 'bigint', (column) => column.notNull())
        .addColumn('mode', 'text', (column) => column.notNull())
        .addColumn('told', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_readers_key', ['thread', 'user'])
        .execute();
      await schema.createIndex('forum_readers_user').on('forum_readers').column('user').execute();
    },
  },
  // A forum that is new can be written in.
  '001-threads-first-board': {
    async up(db) {
      await db
        .insertInto('forum_boards')
        .values({
          ...{ id: 'general', name: 'General', description: '' },
          ...{ private: 0, position: 0, created: Date.now() },
        })
        .execute();
    },
  },
};
