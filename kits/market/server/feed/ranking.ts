/**
 * The most popular products: by pairs sold, bids, and who looks at them.
 *
 * @module
 */
import { POPULAR_SIZE, type PopularUpdated } from '../../events.ts';
import { DEALS, SNEAKERS, sneakerChannel } from '../channels.ts';
import type { Database, Market } from '../market-part.ts';
import { addTo, type Happening, scoreOf } from './popularity.ts';

/** How often the ranking is made: a cron expression with seconds, and milliseconds. */
export const RANKING_SCHEDULE = '*/10 * * * * *';
const INTERVAL = 10_000;

const TRADE = 10;
const BID = 2;
/** Of somebody who looks at it for a minute. */
const VIEWER_MINUTE = 0.1;
const MINUTE = 60_000;

/** Matches and bids that are counted in one go; the rest is counted the next time. */
const COUNTED_AT_ONCE = 5000;
/** Products in one statement. */
const CHUNK = 500;
const RANKING = 1;
const SCORE_DIGITS = 100;

/**
 * Counts what has happened since, and tells of the ranking when its order is another than was told. Several servers do so one
 * after the other: a match or a bid is counted by one of them, and each counts those who look by its own connections.
 */
export async function rank(market: Market): Promise<void> {
  const now = market.clock.now();
  const viewers = await viewersOf(market);
  await market.transaction(async ({ db, publish }) => {
    // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
    const before = await db
      .updateTable('market_ranking')
      .set(({ ref }) => ({ told: ref('told') }))
      .where('id', '=', RANKING)
      .returningAll()
      .executeTakeFirstOrThrow();
    // What a transaction adds that was begun before and ends later is left out: it is a ranking and no account.
    const matches = await db
      .selectFrom('market_matches')
      .select(['id', 'product', 'at'])
      .where('id', '>', before.last_match)
      .orderBy('id')
      .limit(COUNTED_AT_ONCE)
      .execute();
    const offers = await db
      .selectFrom('market_offers')
      .select(['id', 'product', 'placed', 'side'])
      .where('id', '>', before.last_offer)
      .orderBy('id')
      .limit(COUNTED_AT_ONCE)
      .execute();
    const happenings = [
      ...matches.map(({ product, at }) => ({ product, at, weight: TRADE })),
      ...offers
        .filter(({ side }) => side === 'bid')
        .map(({ product, placed: at }) => ({ product, at, weight: BID })),
      ...viewers.map(({ product, count }) => ({
        product,
        at: now,
        weight: (count * VIEWER_MINUTE * INTERVAL) / MINUTE,
      })),
    ];
    await add(db, happenings);
    const top = await mostPopular(db);
    const told = JSON.stringify(top.map(({ product }) => product));
    await db
      .updateTable('market_ranking')
      .set({
        last_match: matches.at(-1)?.id ?? before.last_match,
        last_offer: offers.at(-1)?.id ?? before.last_offer,
        told,
      })
      .where('id', '=', RANKING)
      .execute();
    if (told === before.told) return;
    const data: PopularUpdated = {
      products: top.map(({ product, name, level }) => ({
        product_id: product,
        name,
        score: Math.round(scoreOf(level, now) * SCORE_DIGITS) / SCORE_DIGITS,
      })),
      at: now,
    };
    await publish({ channel: DEALS, event: 'POPULAR_UPDATED', data });
  });
}

/** The most popular products first; of those that are there. */
export function mostPopular(db: Database) {
  return db
    .selectFrom('market_popularity')
    .innerJoin('market_products', 'market_products.product', 'market_popularity.product')
    .select(['market_products.product', 'market_products.name', 'market_popularity.level'])
    .where('market_products.removed', 'is', null)
    .orderBy('market_popularity.level', 'desc')
    .orderBy('market_products.product')
    .limit(POPULAR_SIZE)
    .execute();
}

/** How many connections of this server look at each product that is there. What nobody looks at costs nothing. */
async function viewersOf({
  db,
  followedIn,
  sessionsIn,
}: Market): Promise<readonly { readonly product: string; readonly count: number }[]> {
  // Anybody may follow a channel of any name.
  const followed = followedIn(SNEAKERS).map((channel) => channel.slice(SNEAKERS.length + 1));
  const viewers: { product: string; count: number }[] = [];
  for (let begin = 0; begin < followed.length; begin += CHUNK) {
    const products = await db
      .selectFrom('market_products')
      .select('product')
      .where('product', 'in', followed.slice(begin, begin + CHUNK))
      .where('removed', 'is', null)
      .execute();
    for (const { product } of products)
      viewers.push({ product, count: sessionsIn(sneakerChannel(product)).length });
  }
  // Who looked has gone while it was read.
  return viewers.filter(({ count }) => count > 0);
}

async function add(
  db: Database,
  happenings: readonly (Happening & { readonly product: string })[],
): Promise<void> {
  const products = [...new Set(happenings.map(({ product }) => product))];
  const levels = new Map<string, number>();
  for (let begin = 0; begin < products.length; begin += CHUNK) {
    const rows = await db
      .selectFrom('market_popularity')
      .selectAll()
      .where('product', 'in', products.slice(begin, begin + CHUNK))
      .execute();
    for (const { product, level } of rows) levels.set(product, level);
  }
  for (const { product, ...happening } of happenings)
    levels.set(product, addTo(levels.get(product), happening));
  const rows = [...levels].map(([product, level]) => ({ product, level }));
  for (let begin = 0; begin < rows.length; begin += CHUNK)
    await db
      .insertInto('market_popularity')
      .values(rows.slice(begin, begin + CHUNK))
      .onConflict((conflict) =>
        conflict.column('product').doUpdateSet(({ ref }) => ({ level: ref('excluded.level') })),
      )
      .execute();
}
