/**
 * Candles: what was paid for a product, by stretches of time.
 *
 * @module
 */
import { sql, TidingsError } from '@tidings/server/kit';
import type { Candle } from '../../events.ts';
import type { Database } from '../market-part.ts';
import { priceOf } from '../money.ts';
import type { ProductRow } from '../products/products.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long a candle is, milliseconds. */
export const INTERVALS = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': HOUR,
  '4h': 4 * HOUR,
  '1d': 24 * HOUR,
} as const;
export type Interval = keyof typeof INTERVALS;

/** The most candles of one answer. */
export const MAX_CANDLES = 500;

/** Which candles. */
export interface CandleQuery {
  readonly interval: Interval;
  readonly size?: string | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The newest candles of a stretch of time, the oldest first; a stretch without a sale has none. @throws TidingsError `invalid_request`. */
export async function readCandles(
  db: Database,
  { product, currency }: ProductRow,
  { interval, size, from, to }: CandleQuery,
): Promise<readonly Candle[]> {
  if (from !== undefined && to !== undefined && from > to)
    throw new TidingsError('invalid_request', 'The stretch of time ends before it begins.');
  const length = INTERVALS[interval];
  // Whole numbers are divided to whole numbers, on both databases.
  const bucket = sql<number>`at / cast(${length} as bigint)`;
  let query = db
    .selectFrom('market_matches')
    .select(({ fn }) => [
      bucket.as('bucket'),
      fn.min('amount').as('low'),
      fn.max('amount').as('high'),
      fn.min('id').as('first'),
      fn.max('id').as('last'),
      fn.countAll<number>().as('trades'),
    ])
    .where('product', '=', product);
  if (size !== undefined) query = query.where('size', '=', size);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  const rows = await query.groupBy('bucket').orderBy('bucket', 'desc').limit(MAX_CANDLES).execute();
  const amounts = await amountsOf(
    db,
    rows.flatMap(({ first, last }) => [first, last]),
  );
  const price = (amount: number | undefined) => priceOf(amount ?? 0, currency);
  return rows.toReversed().map((row) => ({
    at: Number(row.bucket) * length,
    open: price(amounts.get(row.first)),
    high: price(row.high),
    low: price(row.low),
    close: price(amounts.get(row.last)),
    trades: Number(row.trades),
  }));
}

async function amountsOf(db: Database, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('market_matches')
    .select(['id', 'amount'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map(({ id, amount }) => [id, amount]));
}
