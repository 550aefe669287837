/**
 * Users as such: so that what one of them does at once, on however many servers, is counted one after the other.
 *
 * @module
 */
import type { Kit } from '@tidings/server/kit';
import type { Transaction } from './market-part.ts';

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

/** Holds a user until the transaction ends. What holds a product as well holds that first. */
export async function holdUser(db: Transaction['db'], user: string): Promise<void> {
  // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
  await db
    .insertInto('market_users')
    .values({ user })
    .onConflict((conflict) => conflict.column('user').doUpdateSet({ user }))
    .execute();
}
