import type { Kit } from '@tidings/server/kit';

/** The table of people. */
export interface PeopleTables {
  /** Everybody who was here once. */
  forum_people: {
    user: string;
    /** What others see; of the newest token. */
    name: string;
    /** In lower case, for searching. */
    search_name: string;
    /** One of `STATUSES`. */
    status: string;
    text: string;
    /** Posts ever written. */
    posts: number;
  };
}

export const PEOPLE_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '002-people': {
    async up({ schema }) {
      await schema
        .createTable('forum_people')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('search_name', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('posts', 'integer', (column) => column.notNull())
        .execute();
      await schema.createIndex('forum_people_search_name').on('forum_people').column('search_name').execute();
    },
  },
};
