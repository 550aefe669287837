/**
 * Watch lists: "tell me when an ask is at or below this".
 *
 * A watcher is told when the lowest ask comes from above that amount to it or below: so each time once, and again only after
 * it was gone in between. Nothing has to be remembered for that but the ask itself.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Watch } from '../../events.ts';
import { userChannel } from '../channels.ts';
import { holdUser } from '../hold-user.ts';
import type { Database, Market } from '../market-part.ts';
import { amountOf, type Offered, priceOf } from '../money.ts';
import { lockProduct, noProduct, sizesOf } from '../products/products.ts';

/** What is watched. */
export interface WatchInput extends Offered {
  readonly product_id: string;
  /** @default any */
  readonly size?: string | undefined;
}

/**
 * Sets a user's watch on a product, or changes it.
 *
 * @throws TidingsError `not_found`, `invalid_request` for what is no price or no size of the product, `limit_reached`.
 */
export function setWatch(
  market: Market,
  user: string,
  { product_id: product, size, ...offered }: WatchInput,
  { maxWatches }: { readonly maxWatches: number },
): Promise<Watch> {
  // One watcher who cannot be told would keep all others from it.
  if (!userChannel(user))
    throw new TidingsError('invalid_request', 'A user of this name cannot be told of anything.');
  return market.transaction(async ({ db }) => {
    // Held, so that no ask can come before the watch is there to be told of it.
    const row = await lockProduct(db, product);
    if (!row || row.removed !== null) throw noProduct();
    if (size !== undefined && !sizesOf(row).includes(size))
      throw new TidingsError('invalid_request', `There is no size ${size} of this product.`);
    const watch = {
      size: size ?? null,
      amount: amountOf(offered, row.currency),
      created: market.clock.now(),
    };
    await holdUser(db, user);
    const known = await watchesOf(db, user).where('market_watches.product', '=', product).executeTakeFirst();
    if (!known && (await countOf(db, user)) >= maxWatches)
      throw new TidingsError('limit_reached', `A user watches at most ${maxWatches} products.`);
    await db
      .insertInto('market_watches')
      .values({ user, product, ...watch })
      .onConflict((conflict) => conflict.columns(['product', 'user']).doUpdateSet(watch))
      .execute();
    const [view] = await readWatches(db, user, product);
    if (!view) throw noProduct();
    return view;
  });
}

/** Ends a user's watch on a product; there need not be one. */
export async function endWatch({ db }: Market, user: string, product: string): Promise<void> {
  await db.deleteFrom('market_watches').where('product', '=', product).where('user', '=', user).execute();
}

/** A user's watches, the newest first. @param only of one product */
export async function readWatches(db: Database, user: string, only?: string): Promise<readonly Watch[]> {
  let query = watchesOf(db, user);
  if (only !== undefined) query = query.where('market_watches.product', '=', only);
  const rows = await query
    .orderBy('market_watches.created', 'desc')
    .orderBy('market_watches.product')
    .execute();
  return rows.map(({ product, name, currency, size, amount, created, lowest }) => ({
    product_id: product,
    product_name: name,
    size,
    price: priceOf(amount, currency),
    amount,
    currency,
    reached: lowest !== null && lowest <= amount,
    created,
  }));
}

/** Of products that are there, with the lowest ask of what is watched. */
function watchesOf(db: Database, user: string) {
  return db
    .selectFrom('market_watches')
    .innerJoin('market_products', 'market_products.product', 'market_watches.product')
    .select((row) => [
      'market_watches.product',
      'market_products.name',
      'market_products.currency',
      'market_watches.size',
      'market_watches.amount',
      'market_watches.created',
      row
        .selectFrom('market_books')
        .select(({ fn }) => fn.min('market_books.best_ask').as('lowest'))
        .whereRef('market_books.product', '=', 'market_watches.product')
        .where(({ or, eb }) =>
          or([
            eb('market_watches.size', 'is', null),
            eb('market_books.size', '=', eb.ref('market_watches.size')),
          ]),
        )
        .as('lowest'),
    ])
    .where('market_watches.user', '=', user)
    .where('market_products.removed', 'is', null);
}

/** How many products a user watches; of those that are there, which alone the user sees and can leave. */
async function countOf(db: Database, user: string): Promise<number> {
  const { count } = await db
    .selectFrom('market_watches')
    .innerJoin('market_products', 'market_products.product', 'market_watches.product')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('market_watches.user', '=', user)
    .where('market_products.removed', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}
