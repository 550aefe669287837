/**
 * Orders: a pair that was sold, on its way from the seller to the buyer.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import type { Order, OrderStatus, OrderStep } from '../../events.ts';
import type { Database } from '../market-part.ts';
import { priceOf } from '../money.ts';
import type { Row } from '../tables.ts';
import { stepsFrom, type Taker } from './steps.ts';

export type OrderRow = Row<'market_orders'> & { readonly status: OrderStatus };

/** Who asks for orders: a backend sees all, a user their own. */
export type Reader = { readonly server: true } | { readonly server: false; readonly user: string };

/** Which orders are listed. */
export interface OrderQuery {
  /** Whose: a backend may ask for a user's, and a user has no choice. */
  readonly user?: string | undefined;
  readonly role?: 'buyer' | 'seller' | undefined;
  readonly status?: OrderStatus | undefined;
  /** Orders older than this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The same for an order that is not there and for one that is none of the reader's business. */
export function noSuchOrder(): TidingsError {
  return new TidingsError('not_found', 'There is no such order.');
}

/** Who a reader is in an order. @throws TidingsError `not_found` for who is nobody in it. */
export function roleIn(row: Pick<OrderRow, 'buyer' | 'seller'>, reader: Reader): Order['role'] {
  if (reader.server) return 'backend';
  if (row.buyer === reader.user) return 'buyer';
  if (row.seller === reader.user) return 'seller';
  throw noSuchOrder();
}

export async function findOrder(db: Database, id: number): Promise<OrderRow | undefined> {
  const row = await db.selectFrom('market_orders').selectAll().where('id', '=', id).executeTakeFirst();
  return row as OrderRow | undefined;
}

/** Reads an order and holds it until the transaction ends, so that its steps come one after the other. */
export async function lockOrder(db: Database, id: number): Promise<OrderRow | undefined> {
  // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
  const row = await db
    .updateTable('market_orders')
    .set(({ ref }) => ({ steps: ref('steps') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row as OrderRow | undefined;
}

/** One order. @throws TidingsError `not_found`, of somebody else's too. */
export async function readOrder(db: Database, reader: Reader, id: number): Promise<Order> {
  const row = await findOrder(db, id);
  if (!row) throw noSuchOrder();
  const role = roleIn(row, reader);
  return orderView(row, (await stepsOf(db, [row])).get(row.id) ?? [], role);
}

/** Orders, the newest first. */
export async function listOrders(
  db: Database,
  reader: Reader,
  { user: asked, role, status, before, limit }: OrderQuery,
): Promise<{ readonly orders: readonly Order[]; readonly next: number | null }> {
  const user = reader.server ? asked : reader.user;
  let query = db
    .selectFrom('market_orders')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (user !== undefined)
    query = query.where(({ eb, or }) =>
      role === undefined ? or([eb('buyer', '=', user), eb('seller', '=', user)]) : eb(role, '=', user),
    );
  if (status !== undefined) query = query.where('status', '=', status);
  if (before !== undefined) query = query.where('id', '<', before);
  const rows = (await query.execute()) as OrderRow[];
  const page = rows.slice(0, limit);
  const steps = await stepsOf(db, page);
  return {
    orders: page.map((row) => orderView(row, steps.get(row.id) ?? [], roleIn(row, reader))),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** The steps of orders, by order, the oldest first. */
async function stepsOf(
  db: Database,
  orders: readonly OrderRow[],
): Promise<ReadonlyMap<number, readonly OrderStep[]>> {
  if (orders.length === 0) return new Map();
  const rows = await db
    .selectFrom('market_order_steps')
    .selectAll()
    .where(
      'order',
      'in',
      orders.map(({ id }) => id),
    )
    .orderBy('order')
    .orderBy('step')
    .execute();
  const grouped = new Map<number, OrderStep[]>();
  for (const { order, status, by, note, at } of rows) {
    const steps = grouped.get(order) ?? [];
    grouped.set(order, steps);
    const timestamp = new Date(at).toISOString();
    steps.push({ status: status as OrderStatus, by: by as Taker, note, at, timestamp });
  }
  return grouped;
}

function orderView(row: OrderRow, steps: readonly OrderStep[], role: Order['role']): Order {
  const { id, product, product_name, image, size, amount, currency, status } = row;
  return {
    order_id: id,
    match_id: id,
    product_id: product,
    product_name,
    image,
    size,
    price: priceOf(amount, currency),
    amount,
    currency,
    role,
    status,
    carrier: row.carrier,
    tracking: row.tracking,
    pay_until: row.pay_until,
    steps: [...steps],
    next: stepsFrom(status, role),
    created: row.created,
    updated: row.updated,
  };
}
