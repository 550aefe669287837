/**
 * Setting the status of an order: by its buyer, its seller or a backend, and by the market itself when it was not paid.
 *
 * @module
 */
import { type Call, TidingsError } from '@tidings/server/kit';
import type { Order, UpdateOrder } from '../../events.ts';
import type { Database, Market, Transaction } from '../market-part.ts';
import { plainLine } from '../plain-text.ts';
import {
  findOrder,
  lockOrder,
  noSuchOrder,
  type OrderRow,
  type Reader,
  readOrder,
  roleIn,
} from './orders.ts';
import { checkStep, type Taker } from './steps.ts';
import { type Languages, takeStep } from './take-step.ts';

/** Orders that are ended in one go because they were not paid. */
const UNPAID_AT_ONCE = 200;

/**
 * Takes a step of an order. A step that the same one has taken before has no effect and is answered with the order as it
 * is, since payment backends call as often as they please.
 *
 * @throws TidingsError `not_found`, `conflict` for a step that does not follow, `forbidden` for one that is somebody else's,
 * `invalid_request`, `key_conflict`.
 */
export async function setOrderStatus(
  market: Market,
  reader: Reader,
  { order_id: id, status, ...given }: UpdateOrder,
  answers: Call,
): Promise<Order> {
  const { clock, db } = market;
  const known = await findOrder(db, id);
  if (!known) throw noSuchOrder();
  const by = roleIn(known, reader);
  const note = given.note === undefined ? null : plainLine(given.note, 'note');
  const parcel = parcelOf(given, status, by);
  // Inside the transaction they could not be asked for.
  const languages = await languagesOf(market, known);
  const work = async (transaction: Transaction) => {
    const row = await lockOrder(transaction.db, id);
    if (!row) throw noSuchOrder();
    if (await wasTaken(transaction.db, id, { status, by })) {
      if (parcel.tracking !== undefined && parcel.tracking !== row.tracking)
        throw new TidingsError('conflict', 'The order was shipped already, with another tracking number.');
      return readOrder(transaction.db, reader, id);
    }
    checkStep(row.status, status, by);
    await takeStep(transaction, row, { status, by, note, ...parcel, at: clock.now() }, languages);
    return readOrder(transaction.db, reader, id);
  };
  return market.transaction(work, { answers });
}

/**
 * Cancels what was not paid in time. Servers that do so at once, and payments that come at the last moment, wait for each
 * other: who comes second finds that it is done.
 */
export async function cancelUnpaid(market: Market): Promise<void> {
  const { db, clock, log } = market;
  for (let after = 0; ; ) {
    const rows = (await db
      .selectFrom('market_orders')
      .selectAll()
      .where('pay_until', '<=', clock.now())
      .where('id', '>', after)
      .orderBy('id')
      .limit(UNPAID_AT_ONCE)
      .execute()) as OrderRow[];
    // The others are cancelled all the same, and this one the next time.
    for (const row of rows)
      await cancelOne(market, row).catch((error: unknown) =>
        log.error({ err: error, order: row.id }, 'an order that was not paid could not be cancelled'),
      );
    const last = rows.at(-1);
    if (rows.length < UNPAID_AT_ONCE || !last) return;
    after = last.id;
  }
}

async function cancelOne(market: Market, known: OrderRow): Promise<void> {
  const languages = await languagesOf(market, known);
  await market.transaction(async (transaction) => {
    const row = await lockOrder(transaction.db, known.id);
    const at = market.clock.now();
    if (row?.status !== 'placed' || row.pay_until === null || row.pay_until > at) return;
    await takeStep(transaction, row, { status: 'cancelled', by: 'market', at }, languages);
  });
}

/** Carrier and tracking number. @throws TidingsError `invalid_request` when they are missing, or are not asked for. */
function parcelOf(
  { carrier, tracking }: Pick<UpdateOrder, 'carrier' | 'tracking'>,
  status: UpdateOrder['status'],
  by: Taker,
): { readonly carrier?: string; readonly tracking?: string } {
  if (status !== 'shipped') {
    if (carrier === undefined && tracking === undefined) return {};
    throw new TidingsError(
      'invalid_request',
      'Only what is shipped has a "carrier" and a "tracking" number.',
    );
  }
  if (by === 'seller' && (carrier === undefined || tracking === undefined))
    throw new TidingsError(
      'invalid_request',
      'Say by which "carrier" it is shipped, and its "tracking" number.',
    );
  return {
    ...(carrier === undefined ? {} : { carrier: plainLine(carrier, 'carrier') }),
    ...(tracking === undefined ? {} : { tracking: plainLine(tracking, 'tracking') }),
  };
}

async function wasTaken(
  db: Database,
  order: number,
  { status, by }: { readonly status: string; readonly by: Taker },
): Promise<boolean> {
  const row = await db
    .selectFrom('market_order_steps')
    .select('step')
    .where('order', '=', order)
    .where('status', '=', status)
    .where('by', '=', by)
    .executeTakeFirst();
  return row !== undefined;
}

async function languagesOf(market: Market, { buyer, seller }: OrderRow): Promise<Languages> {
  const [one, other] = await Promise.all([market.contactOf(buyer), market.contactOf(seller)]);
  return { buyer: one.language, seller: other.language };
}
