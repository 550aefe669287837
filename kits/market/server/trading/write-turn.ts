import { SIDES } from '../../events.ts';
import type { BestChange, Market, MarketObserver, TradedProduct, Transaction } from '../market-part.ts';
import { bestOf, bestOfAll } from '../products/product-view.ts';
import type { BookRow } from './books.ts';
import type { MatchRow } from './match-view.ts';
import { tellTurn } from './tell-turn.ts';
import { type Deal, isChanged, type Turn } from './turn.ts';
import type { WrittenTurn } from './written-turn.ts';

type Db = Transaction['db'];

/** Rows changed by one statement. */
const AT_ONCE = 500;

/** Where a turn is written, and who is told of it there. */
export interface TurnPlace {
  readonly transaction: Transaction;
  readonly market: Market;
  readonly observers: readonly MarketObserver[];
}

/** Writes what was decided in a turn, tells everybody whom it concerns, and has the other parts of the market hear of it. */
export async function writeTurn(turn: Turn, { transaction, market, observers }: TurnPlace): Promise<void> {
  if (!turn.changed) return;
  const { db } = transaction;
  await insertPlaced(db, turn);
  await updateMoved(db, turn);
  await updateEnded(db, turn);
  const matches = await insertDeals(db, turn);
  const books = await writeBooks(db, turn);
  const changes = changesOf(turn, books);
  await tellTurn(turn, { matches, books, changes }, transaction);
  for (const { row } of matches)
    for (const observer of observers)
      await observer.matched?.(transaction, { ...tradedProduct(turn), ...row }, market);
  for (const change of changes)
    for (const observer of observers) await observer.bestChanged?.(transaction, change, market);
}

async function insertPlaced(db: Db, { product, placed, ended, now }: Turn): Promise<void> {
  if (placed.size === 0) return;
  const rows = await db
    .insertInto('market_offers')
    .values(
      [...placed].map(([offer, keyed]) => {
        const { id: _, ...row } = offer;
        const status = ended.get(offer) ?? 'open';
        return { ...row, ...keyed, product: product.product, status, ended: status === 'open' ? null : now };
      }),
    )
    .returning(['id', 'size', 'turn'])
    .execute();
  const ids = new Map(rows.map(({ id, size, turn }) => [placeOf(size, turn), id]));
  for (const offer of placed.keys()) offer.id = ids.get(placeOf(offer.size, offer.turn)) ?? 0;
}

async function updateMoved(db: Db, { moved, ended, now }: Turn): Promise<void> {
  for (const offer of moved) {
    const { id, amount, turn } = offer;
    const status = ended.get(offer) ?? 'open';
    const { numUpdatedRows } = await db
      .updateTable('market_offers')
      .set({ amount, turn, status, ended: status === 'open' ? null : now })
      .where('id', '=', id)
      .where('status', '=', 'open')
      .executeTakeFirstOrThrow();
    requireAll(Number(numUpdatedRows), 1);
  }
}

async function updateEnded(db: Db, { placed, moved, ended, now }: Turn): Promise<void> {
  const written = [...ended].filter(([offer]) => !placed.has(offer) && !moved.has(offer));
  const byEnding = Map.groupBy(written, ([, ending]) => ending);
  for (const [status, offers] of byEnding)
    for (let begin = 0; begin < offers.length; begin += AT_ONCE) {
      const ids = offers.slice(begin, begin + AT_ONCE).map(([{ id }]) => id);
      const { numUpdatedRows } = await db
        .updateTable('market_offers')
        .set({ status, ended: now })
        .where('id', 'in', ids)
        .where('status', '=', 'open')
        .executeTakeFirstOrThrow();
      requireAll(Number(numUpdatedRows), ids.length);
    }
}

/** What is remembered and what is written are one, or nothing is done. */
function requireAll(updated: number, wanted: number): void {
  if (updated !== wanted) throw new Error('The book and its table are not the same.');
}

/** What is kept of a deal. */
export function matchRowOf({ product: { product }, now }: Turn, deal: Deal): MatchRow {
  const { id, size, amount, bid, ask, taker, version } = deal;
  return {
    ...{ id, product, size, amount, bid: bid.id, ask: ask.id, taker, version },
    ...{ buyer: bid.user, seller: ask.user, at: now },
  };
}

async function insertDeals(db: Db, turn: Turn): Promise<WrittenTurn['matches']> {
  const { deals } = turn;
  if (deals.length === 0) return [];
  const rows = await db
    .insertInto('market_matches')
    .values(
      deals.map((deal) => {
        const { id: _, ...row } = matchRowOf(turn, deal);
        return row;
      }),
    )
    .returning(['id', 'bid'])
    .execute();
  const ids = new Map(rows.map(({ id, bid }) => [bid, id]));
  return deals.map((deal) => {
    deal.id = ids.get(deal.bid.id) ?? 0;
    return { deal, row: matchRowOf(turn, deal) };
  });
}

async function writeBooks(db: Db, turn: Turn): Promise<WrittenTurn['books']> {
  const { product } = turn.product;
  const books = [...turn.books.values()].filter(isChanged).map((book) => {
    const deals = turn.deals.filter(({ size }) => size === book.size);
    const last = deals.at(-1);
    const row: BookRow = {
      ...{ product, size: book.size, version: book.orders.version },
      best_bid: book.orders.best('bid'),
      best_ask: book.orders.best('ask'),
      last_amount: last?.amount ?? book.row?.last_amount ?? null,
      last_at: last ? turn.now : (book.row?.last_at ?? null),
      trades: (book.row?.trades ?? 0) + deals.length,
    };
    return { book, row };
  });
  for (const { row } of books) {
    const { product: _, size: __, ...rest } = row;
    await db
      .insertInto('market_books')
      .values(row)
      .onConflict((conflict) => conflict.columns(['product', 'size']).doUpdateSet(rest))
      .execute();
  }
  return books;
}

function changesOf(turn: Turn, books: WrittenTurn['books']): readonly BestChange[] {
  const after = new Map(turn.rows.map((row) => [row.size, row]));
  for (const { row } of books) after.set(row.size, row);
  const whole = { ...tradedProduct(turn), at: turn.now };
  return books.flatMap(({ book, row }) =>
    SIDES.flatMap((side) => {
      const before = bestOf(book.row, side);
      const best = bestOf(row, side);
      if (before === best) return [];
      const change = { ...whole, side, size: row.size, before, after: best };
      return [
        {
          ...change,
          productBefore: bestOfAll(turn.rows, side),
          productAfter: bestOfAll(after.values(), side),
        },
      ];
    }),
  );
}

function tradedProduct({ product: { product, name, image, currency } }: Turn): TradedProduct {
  return { product, name, image, currency };
}

function placeOf(size: string, turn: number): string {
  return `${turn} ${size}`;
}
