import type { Kit } from '@tidings/server/kit';

/** The tables of the game servers. Times are milliseconds since 1970-01-01 UTC; what is 0 or 1 is no or yes. */
export interface ServerTables {
  forum_servers: {
    id: string;
    /** As it was registered. */
    name: string;
    /** What it speaks: the name of a game, or `push`. */
    type: string;
    /** Empty for one whose status is pushed. */
    host: string;
    port: number;
    /** Counts registrations: what was asked of an earlier one means nothing. */
    revision: number;
    /** As it was told last, a `ServerStatus` as JSON; null when nothing is known. */
    status: string | null;
    /** Who plays now, JSON. */
    player_list: string;
    /** In a row. */
    failures: number;
    /** When it is asked again; a server that asks has it to itself until then. Null: never. */
    next: number | null;
    created: number;
  };
  /** How many played, at most, in each stretch of time. */
  forum_server_history: { server: string; at: number; players: number; online: number };
  /** Who wants to be told when a server goes up or down. */
  forum_server_watches: {
    server: string;
    user: string;
    /** Of another map, too. */
    maps: number;
  };
}

export const SERVER_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '010-servers': {
    async up({ schema }) {
      await schema
        .createTable('forum_servers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('host', 'text', (column) => column.notNull())
        .addColumn('port', 'integer', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('status', 'text')
        .addColumn('player_list', 'text', (column) => column.notNull())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('next', 'bigint')
        .addColumn('created', 'bigint', (column) => column.notNull())
        .execute();
      await schema.createIndex('forum_servers_next').on('forum_servers').column('next').execute();
      await schema
        .createTable('forum_server_history')
        .addColumn('server', 'text', (column) =>
          column.notNull().references('forum_servers.id').onDelete('cascade'),
        )
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('players', 'integer', (column) => column.notNull())
        .addColumn('online', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_server_history_key', ['server', 'at'])
        .execute();
      await schema.createIndex('forum_server_history_at').on('forum_server_history').column('at').execute();
      await schema
        .createTable('forum_server_watches')
        .addColumn('server', 'text', (column) =>
          column.notNull().references('forum_servers.id').onDelete('cascade'),
        )
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('maps', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('forum_server_watches_key', ['server', 'user'])
        .execute();
    },
  },
};
