/**
 * Watch lists: which products a user is told of, and when.
 *
 * @module
 */
import { parseChannelName } from '@tidings/protocol';
import { TidingsError, Type } from '@tidings/server/kit';
import { type Language, Product } from '../events.ts';
import { findProduct, lockProduct, noProduct, productView } from './products.ts';
import type { Database, Prices, ProductRow, WatchRow } from './tables.ts';
import { readThreshold, storeThreshold, Threshold } from './threshold.ts';

/** A watch, as its user sees it. */
export const Watch = Type.Object({
  product: Product,
  threshold: Threshold,
  since: Type.Integer({ description: 'The amount when the watch was set.' }),
  atMost: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The highest amount that is told of; null for any drop.',
  }),
  reached: Type.Boolean({
    description: 'The price is there already: the next drop is told only after it has been above in between.',
  }),
  created: Type.Integer({ description: 'Milliseconds since 1970-01-01 UTC.' }),
});
export type Watch = Type.Static<typeof Watch>;

/** What a watch is set to. */
export const WatchInput = Type.Object(
  { threshold: Type.Optional(Threshold) },
  {
    additionalProperties: false,
    description: 'Without a threshold, of every drop.',
    examples: [{ threshold: { kind: 'percent', percent: 10 } }],
  },
);
export type WatchInput = Type.Static<typeof WatchInput>;

/** Whose watch on which product. */
export interface WatchKey {
  readonly user: string;
  readonly product: string;
}

/** Characters of a user's id whom notifications reach. */
const MAX_USER = 128;

/** Sets a watch, or changes it. @throws TidingsError `not_found`, `limit_reached`. */
export function setWatch(
  prices: Prices,
  { user, product }: WatchKey,
  { threshold = { kind: 'any' } }: WatchInput,
  { maxWatches, language }: { readonly maxWatches: number; readonly language: Language },
): Promise<Watch> {
  // One watcher who cannot be told would keep all others from it.
  if (user.length > MAX_USER || !parseChannelName(`user:${user}`))
    throw new TidingsError('invalid_request', 'A user of this name cannot be told of anything.');
  return prices.transaction(async (transaction) => {
    const { db } = transaction;
    // Held, so that the price a percentage is of cannot change before the watch is there to be told of it.
    const row = await lockProduct(transaction, product);
    if (!row) throw noProduct();
    const known = await watchesOf(db, user).where('prices_watches.product', '=', product).executeTakeFirst();
    if (!known && (await countOf(db, user)) >= maxWatches)
      throw new TidingsError('limit_reached', `A user watches at most ${maxWatches} products.`);
    const stored = storeThreshold(threshold, row.amount);
    const watch = { ...stored, since: row.amount, created: prices.clock.now() };
    await db
      .insertInto('prices_watches')
      .values({ user, product, ...watch })
      .onConflict((conflict) => conflict.columns(['product', 'user']).doUpdateSet(watch))
      .execute();
    return watchView(watch, row, language);
  });
}

/** One user's watch on a product. @throws TidingsError `not_found`. */
export async function readWatch(
  { db }: Prices,
  { user, product }: WatchKey,
  language: Language,
): Promise<Watch> {
  const row = await findProduct(db, product);
  const watch = await db
    .selectFrom('prices_watches')
    .selectAll()
    .where('product', '=', product)
    .where('user', '=', user)
    .executeTakeFirst();
  if (!watch) throw new TidingsError('not_found', 'This user does not watch that product.');
  return watchView(watch, row, language);
}

/** Ends a watch; there need not be one. */
export async function endWatch({ db }: Prices, { user, product }: WatchKey): Promise<void> {
  const row = await findProduct(db, product);
  await db.deleteFrom('prices_watches').where('product', '=', row.product).where('user', '=', user).execute();
}

/** A user's watches, in the order of the products' ids. @param after the id at which the page before ended. */
export async function listWatches(
  { db }: Prices,
  user: string,
  page: { readonly after: string; readonly limit: number },
  language: Language,
): Promise<{ readonly watches: readonly Watch[]; readonly next?: string }> {
  const rows = await watchesOf(db, user)
    .where('prices_watches.product', '>', page.after)
    .orderBy('prices_watches.product')
    .limit(page.limit + 1)
    .execute();
  const watches = rows.slice(0, page.limit);
  const last = watches.at(-1);
  return {
    watches: watches.map(({ kind, value, at_most, since, watched, ...product }) =>
      watchView({ kind, value, at_most, since, created: watched }, product, language),
    ),
    ...(rows.length > page.limit && last ? { next: last.product } : {}),
  };
}

function watchesOf(db: Database, user: string) {
  return db
    .selectFrom('prices_watches')
    .innerJoin('prices_products', 'prices_products.product', 'prices_watches.product')
    .selectAll('prices_products')
    .select(['kind', 'value', 'at_most', 'since', 'prices_watches.created as watched'])
    .where('prices_watches.user', '=', user);
}

async function countOf(db: Database, user: string): Promise<number> {
  const { count } = await db
    .selectFrom('prices_watches')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('user', '=', user)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function watchView(
  watch: Pick<WatchRow, 'kind' | 'value' | 'at_most' | 'since' | 'created'>,
  product: ProductRow,
  language: Language,
): Watch {
  const { at_most: atMost, since, created } = watch;
  return {
    product: productView(product, language),
    threshold: readThreshold(watch),
    since,
    atMost,
    reached: atMost !== null && product.amount <= atMost,
    created,
  };
}
