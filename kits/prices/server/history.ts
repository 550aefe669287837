/**
 * What a product cost, for a chart.
 *
 * @module
 */
import { sql, Type } from '@tidings/server/kit';
import { Money } from '../events.ts';
import type { Database } from './tables.ts';

const DEFAULT_POINTS = 200;
const MAX_POINTS = 1000;
/** The price at the begin, the first and the last, and one piece. */
const MIN_POINTS = 5;

/** Points that stand for one piece of a history that has more: its lowest and its highest. */
const POINTS_OF_PIECE = 2;

const moment = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, description: `${description}, milliseconds since 1970-01-01 UTC.` }),
  );

/** Which part of a history, and how finely. */
export const HistoryQuery = Type.Object({
  from: moment('Begins here; with the first price when absent'),
  to: moment('Ends here; now when absent'),
  points: Type.Optional(
    Type.Integer({
      minimum: MIN_POINTS,
      maximum: MAX_POINTS,
      default: DEFAULT_POINTS,
      description:
        'At most so many. Of more prices than that, the lowest and the highest of each piece are kept.',
    }),
  ),
});
export type HistoryQuery = Type.Static<typeof HistoryQuery>;

const Point = Type.Object({ at: Type.Integer(), amount: Type.Integer() });
type Point = Type.Static<typeof Point>;

/** A history: each price stood until the next. */
export const History = Type.Object({
  currency: Money.properties.currency,
  points: Type.Array(Point, { description: 'In the order of time.' }),
});

/** Reads a product's history. */
export async function readHistory(
  db: Database,
  product: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER, points = DEFAULT_POINTS }: HistoryQuery,
): Promise<readonly Point[]> {
  const inside = db
    .selectFrom('prices_history')
    .where('product', '=', product)
    .where('at', '>=', from)
    .where('at', '<=', to);
  const { count, first, last } = await inside
    .select(({ fn }) => [
      fn.countAll<number>().as('count'),
      fn.min<number | null>('id').as('first'),
      fn.max<number | null>('id').as('last'),
    ])
    .executeTakeFirstOrThrow();
  const before = await db
    .selectFrom('prices_history')
    .select('amount')
    .where('product', '=', product)
    .where('at', '<', from)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  // The price that stood when the part begins.
  const begin = before ? [{ at: from, amount: before.amount }] : [];
  const room = points - begin.length;
  if (first === null || last === null) return begin;
  if (Number(count) <= room)
    return [...begin, ...(await inside.select(['at', 'amount']).orderBy('id').execute())];
  // Of the rest, the first and the last are always kept.
  const pieces = Math.floor((room - 2) / POINTS_OF_PIECE);
  const kept = await db
    .with('piece', (query) =>
      query
        .selectFrom('prices_history')
        .select(['id', 'at', 'amount', sql<number>`ntile(${sql.lit(pieces)}) over (order by id)`.as('piece')])
        .where('product', '=', product)
        .where('at', '>=', from)
        .where('at', '<=', to),
    )
    .with('ranked', (query) =>
      query
        .selectFrom('piece')
        .select([
          'id',
          'at',
          'amount',
          sql<number>`row_number() over (partition by piece order by amount, id)`.as('lowest'),
          sql<number>`row_number() over (partition by piece order by amount desc, id)`.as('highest'),
        ]),
    )
    .selectFrom('ranked')
    .select(['at', 'amount'])
    .where(({ or, eb }) => or([eb('lowest', '=', 1), eb('highest', '=', 1), eb('id', 'in', [first, last])]))
    .orderBy('id')
    .execute();
  return [...begin, ...kept];
}
