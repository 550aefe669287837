/**
 * `/market/feed`: what there is to see before `feed:deals` is heard.
 *
 * @module
 */
import { Feed, POPULAR_SIZE, type Product } from '../../events.ts';
import type { Database, Market, MarketPart } from '../market-part.ts';
import { productView } from '../products/product-view.ts';
import type { Row } from '../tables.ts';
import { dropView } from './ask-changes.ts';
import { mostPopular } from './ranking.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];

const NEWEST = 10;
const DROPS = 20;
const DROPS_FOR = 24 * 60 * 60 * 1000;

const security = [{ apiKey: [] }, { userToken: [] }];

/** Adds the route. */
export function feedRoutes(app: App, market: Market): void {
  app.get(
    '/market/feed',
    {
      schema: {
        security,
        summary: 'Hot deals: the most popular products, the newest, and whose price has dropped',
        response: { 200: Feed },
      },
    },
    async (request): Promise<Feed> => {
      await market.callerOf(request);
      const { db, clock } = market;
      const [popular, newest, drops] = await Promise.all([
        readPopular(db),
        readNewest(db),
        readDrops(db, clock.now() - DROPS_FOR),
      ]);
      return { popular, newest, drops };
    },
  );
}

async function readPopular(db: Database) {
  const ranked = (await mostPopular(db)).map(({ product }) => product);
  if (ranked.length === 0) return [];
  const rows = await db
    .selectFrom('market_products')
    .selectAll()
    .where('product', 'in', ranked)
    .limit(POPULAR_SIZE)
    .execute();
  const views = await productViews(db, rows);
  return views.toSorted((one, other) => ranked.indexOf(one.id) - ranked.indexOf(other.id));
}

async function readNewest(db: Database) {
  const rows = await db
    .selectFrom('market_products')
    .selectAll()
    .where('removed', 'is', null)
    .orderBy('id', 'desc')
    .limit(NEWEST)
    .execute();
  return productViews(db, rows);
}

async function productViews(db: Database, rows: readonly Row<'market_products'>[]): Promise<Product[]> {
  if (rows.length === 0) return [];
  const books = await db
    .selectFrom('market_books')
    .selectAll()
    .where(
      'product',
      'in',
      rows.map(({ product }) => product),
    )
    .execute();
  return rows.map((row) =>
    productView(
      row,
      books.filter(({ product }) => product === row.product),
    ),
  );
}

/** @param since milliseconds since 1970-01-01 UTC */
async function readDrops(db: Database, since: number) {
  const rows = await db
    .selectFrom('market_drops')
    .innerJoin('market_products', 'market_products.product', 'market_drops.product')
    .selectAll('market_drops')
    .select(['market_products.name', 'market_products.currency'])
    .where('market_drops.at', '>', since)
    .where('market_products.removed', 'is', null)
    .orderBy('market_drops.at', 'desc')
    .limit(DROPS)
    .execute();
  return rows.map(({ old_amount: oldAmount, ...drop }) => dropView({ ...drop, oldAmount }));
}
