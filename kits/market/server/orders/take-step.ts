/**
 * A step of an order, and who hears of it.
 *
 * @module
 */
import type { Language, OrderStatus, OrderStatusUpdated } from '../../events.ts';
import { orderChannel, userChannel } from '../channels.ts';
import type { Transaction } from '../market-part.ts';
import { priceOf } from '../money.ts';
import type { OrderRow } from './orders.ts';
import type { Taker } from './steps.ts';
import { tellStep } from './tell-step.ts';
import { ORDER_MESSAGES } from './texts.ts';

/** One step of an order. */
export interface Step {
  readonly status: OrderStatus;
  readonly by: Taker;
  readonly note?: string | null;
  readonly carrier?: string;
  readonly tracking?: string;
  readonly at: number;
}

/** In which language each party reads. */
export interface Languages {
  readonly buyer: Language;
  readonly seller: Language;
}

/**
 * Takes a step of an order that is locked, whether it may be taken or not: the row, its history, what both parties hear and
 * what they are notified of.
 *
 * @returns the order as it is now.
 */
export async function takeStep(
  transaction: Transaction,
  before: OrderRow,
  step: Step,
  languages: Languages,
): Promise<OrderRow> {
  const row: OrderRow = {
    ...before,
    status: step.status,
    carrier: step.carrier ?? before.carrier,
    tracking: step.tracking ?? before.tracking,
    // Whatever comes after "placed", nobody waits for a payment any more.
    pay_until: null,
    steps: before.steps + 1,
    updated: step.at,
  };
  const { id, status, carrier, tracking, pay_until, steps, updated } = row;
  await transaction.db
    .updateTable('market_orders')
    .set({ status, carrier, tracking, pay_until, steps, updated })
    .where('id', '=', id)
    .execute();
  await recordStep(transaction, row, step, languages);
  return row;
}

/** Writes down the step that a row of an order is at, and tells of it. */
export async function recordStep(
  transaction: Transaction,
  row: OrderRow,
  { by, note = null }: Pick<Step, 'by' | 'note'>,
  languages: Languages,
): Promise<void> {
  const { id, steps, status, updated } = row;
  await transaction.db
    .insertInto('market_order_steps')
    .values({ order: id, step: steps, status, by, note, at: updated })
    .execute();
  await publishStep(transaction, row, by, languages);
  await tellStep(transaction, row, by);
}

async function publishStep(
  { publish }: Transaction,
  row: OrderRow,
  by: Taker,
  languages: Languages,
): Promise<void> {
  const { id, status, product, product_name, size, amount, currency, carrier, tracking, steps, updated } =
    row;
  const texts = ORDER_MESSAGES[status];
  const told = (role: 'buyer' | 'seller' | null, language: Language): OrderStatusUpdated => ({
    order_id: id,
    status,
    product_id: product,
    product_name,
    size,
    price: priceOf(amount, currency),
    amount,
    currency,
    message: texts[language],
    texts,
    role,
    by,
    carrier,
    tracking,
    step: steps,
    timestamp: new Date(updated).toISOString(),
    at: updated,
  });
  const event = 'ORDER_STATUS_UPDATED';
  await publish({ channel: orderChannel(id), event, data: told(null, 'en') });
  for (const role of ['buyer', 'seller'] as const) {
    const channel = userChannel(row[role]);
    if (channel) await publish({ channel, event, data: told(role, languages[role]) });
  }
}
