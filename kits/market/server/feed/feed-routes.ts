/**
 * `/market/feed`: what there is to see before `feed:deals` is heard.
 *
 * @module
 */
import { Feed } from '../../events.ts';
import type { Database, Market, MarketPart } from '../market-part.ts';
import { productsOf } from '../products/list-products.ts';
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
      return { popular: [...popular], newest: [...newest], drops };
    },
  );
}

async function readPopular(db: Database) {
  const ranked = await mostPopular(db);
  return productsOf(
    db,
    ranked.map(({ product }) => product),
  );
}

async function readNewest(db: Database) {
  const rows = await db
    .selectFrom('market_products')
    .select('product')
    .where('removed', 'is', null)
    .orderBy('id', 'desc')
    .limit(NEWEST)
    .execute();
  return productsOf(
    db,
    rows.map(({ product }) => product),
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
