import type { Transaction } from './market-part.ts';

/**
 * Holds a user until the transaction ends, so that what they do at once, on however many servers, is counted one after the
 * other. What holds a product as well holds that first.
 */
export async function holdUser(db: Transaction['db'], user: string): Promise<void> {
  // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
  await db
    .insertInto('market_users')
    .values({ user })
    .onConflict((conflict) => conflict.column('user').doUpdateSet({ user }))
    .execute();
}
