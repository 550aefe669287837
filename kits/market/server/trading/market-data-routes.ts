/**
 * What goes on at a product, without who: its books, what was sold, and candles of it.
 *
 * @module
 */
import { type Static, TidingsError, Type } from '@tidings/server/kit';
import { BookUpdated, Candle, Id, Size, Trade } from '../../events.ts';
import type { Market, MarketPart } from '../market-part.ts';
import { findProduct, type ProductRow, sizesOf } from '../products/products.ts';
import { INTERVALS, type Interval, MAX_CANDLES, readCandles } from './candles.ts';
import { tradeView } from './offer-view.ts';
import { readDepth } from './read-depth.ts';

type App = Parameters<NonNullable<MarketPart['routes']>>[0];

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;
const DEFAULT_LEVELS = 10;
const MAX_LEVELS = 100;

const Params = Type.Object({ product: Type.String({ description: 'The product’s id.' }) });
const DepthQuery = Type.Object({
  size: Type.Optional(Size),
  levels: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LEVELS, default: DEFAULT_LEVELS })),
});
const TradesQuery = Type.Object({
  size: Type.Optional(Size),
  before: Type.Optional(Type.Union([Id], { description: '`next` of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});
const Trades = Type.Object({
  trades: Type.Array(Trade, { description: 'The newest first.' }),
  next: Type.Union([Id, Type.Null()], { description: 'Ask again with this as `before`; null at the end.' }),
});
const Moment = Type.Optional(Type.Integer({ minimum: 0, description: 'Milliseconds since 1970-01-01 UTC.' }));
const CandlesQuery = Type.Object({
  interval: Type.Optional(Type.Enum(Object.keys(INTERVALS) as Interval[], { default: '1h' })),
  size: Type.Optional(Size),
  from: Moment,
  to: Moment,
});
const Candles = Type.Object({
  interval: Type.String(),
  currency: Type.String(),
  candles: Type.Array(Candle, {
    description: `The newest ${MAX_CANDLES}, the oldest of them first; a stretch of time without a sale has none.`,
  }),
});

const security = [{ apiKey: [] }, { userToken: [] }];

interface OfProduct {
  Params: Static<typeof Params>;
}

/** Adds the routes. */
export function marketDataRoutes(app: App, market: Market): void {
  const { db } = market;

  app.get<OfProduct & { Querystring: Static<typeof DepthQuery> }>(
    '/market/products/:product/book',
    {
      schema: {
        security,
        summary: 'What is bid and asked for a size, price by price',
        params: Params,
        querystring: DepthQuery,
        response: { 200: BookUpdated },
      },
    },
    async (request) => {
      await market.callerOf(request);
      const product = await findProduct(db, request.params.product);
      const { levels = DEFAULT_LEVELS } = request.query;
      return readDepth(market, product, sizeOf(product, request.query.size), levels);
    },
  );

  app.get<OfProduct & { Querystring: Static<typeof TradesQuery> }>(
    '/market/products/:product/trades',
    {
      schema: {
        security,
        summary: 'What was sold of a product',
        params: Params,
        querystring: TradesQuery,
        response: { 200: Trades },
      },
    },
    async (request) => {
      await market.callerOf(request);
      const { product, currency } = await findProduct(db, request.params.product);
      const { size, before, limit = DEFAULT_PAGE } = request.query;
      let query = db.selectFrom('market_matches').selectAll().where('product', '=', product);
      if (size !== undefined) query = query.where('size', '=', size);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      return {
        trades: page.map((row) => tradeView(row, currency)),
        next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
      };
    },
  );

  app.get<OfProduct & { Querystring: Static<typeof CandlesQuery> }>(
    '/market/products/:product/candles',
    {
      schema: {
        security,
        summary: 'What was paid for a product, for a chart',
        params: Params,
        querystring: CandlesQuery,
        response: { 200: Candles },
      },
    },
    async (request) => {
      await market.callerOf(request);
      const product = await findProduct(db, request.params.product);
      const { interval = '1h', ...query } = request.query;
      const candles = await readCandles(db, product, { ...query, interval });
      return { interval, currency: product.currency, candles };
    },
  );
}

/** The size that is meant. @throws TidingsError `invalid_request`. */
function sizeOf(product: ProductRow, given: string | undefined): string {
  const sizes = sizesOf(product);
  const size = given ?? (sizes.length === 1 ? sizes[0] : undefined);
  if (size === undefined || !sizes.includes(size))
    throw new TidingsError('invalid_request', `Say which "size": ${sizes.join(', ')}.`);
  return size;
}
