import type { Kit } from '@tidings/server/kit';

/** The tables of the calls. Times are milliseconds since 1970-01-01 UTC. */
export interface CallTables {
  /** A thread that had a call; whoever changes who is in it holds its row. */
  forum_calls: { thread: string };
  /** Who is in a call: each user once, by one connection. */
  forum_call_members: {
    thread: string;
    user: string;
    name: string;
    /** The connection's id. */
    session: string;
    joined: number;
    /** The server that has the connection renews it again and again; when it is over, the user has left. */
    until: number;
  };
}

export const CALL_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '013-calls': {
    async up({ schema }) {
      await schema
        .createTable('forum_calls')
        .addColumn('thread', 'text', (column) =>
          column.primaryKey().references('forum_threads.id').onDelete('cascade'),
        )
        .execute();
      await schema
        .createTable('forum_call_members')
        .addColumn('thread', 'text', (column) =>
          column.notNull().references('forum_calls.thread').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('session', 'text', (column) => column.notNull())
        .addColumn('joined', 'bigint', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_call_members_key', ['thread', 'user'])
        .execute();
      await schema
        .createIndex('forum_call_members_session')
        .on('forum_call_members')
        .column('session')
        .execute();
      await schema.createIndex('forum_call_members_until').on('forum_call_members').column('until').execute();
    },
  },
};
