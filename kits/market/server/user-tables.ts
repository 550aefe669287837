import type { Kit } from '@tidings/server/kit';

/** Users as such, to be held while what they do is counted. */
export interface UserTables {
  /** Who has ever done anything that is limited by user. */
  market_users: { user: string };
}

export const USER_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '020-users': {
    async up({ schema }) {
      await schema
        .createTable('market_users')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .execute();
    },
  },
};
