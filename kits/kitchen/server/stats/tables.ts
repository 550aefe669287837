import type { Kit } from '@tidings/server/kit';

/** The tables of the statistics. A day is days since 1970-01-01 UTC. */
export interface StatsTables {
  kitchen_event_counts: { day: number; type: string; published: number; delivered: number };
  kitchen_active_users: { day: number; user: string };
}

export const STATS_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '003-stats': {
    async up({ schema }) {
      await schema
        .createTable('kitchen_event_counts')
        .addColumn('day', 'integer', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('published', 'bigint', (column) => column.notNull())
        .addColumn('delivered', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_event_counts_key', ['day', 'type'])
        .execute();
      await schema
        .createTable('kitchen_active_users')
        .addColumn('day', 'integer', (column) => column.notNull())
        .addColumn('user', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_active_users_key', ['day', 'user'])
        .execute();
    },
  },
};
