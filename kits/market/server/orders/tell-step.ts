import type { OrderStatus } from '../../events.ts';
import { userChannel } from '../channels.ts';
import type { Transaction } from '../market-part.ts';
import type { OrderRow } from './orders.ts';
import type { Taker } from './steps.ts';
import type { ORDER_NOTIFICATIONS } from './texts.ts';

type TemplateName = keyof typeof ORDER_NOTIFICATIONS;

/**
 * Notifies both parties of an order's newest step, in their inboxes, on their devices and by mail; but nobody of what they
 * did themselves.
 */
export async function tellStep({ notify }: Transaction, row: OrderRow, by: Taker): Promise<void> {
  const { id, status, product, amount, currency, steps } = row;
  for (const role of ['buyer', 'seller'] as const) {
    const template = templateOf(status, role, by);
    const user = row[role];
    if (!template || by === role || !userChannel(user)) continue;
    await notify(user, {
      key: `market-order:${id}:${steps}`,
      template,
      values: { product: titleOf(row), price: { amount, currency } },
      url: `/market?order=${id}`,
      data: { event: 'ORDER_STATUS_UPDATED', order_id: id, status, product_id: product },
    });
  }
}

function templateOf(status: OrderStatus, role: 'buyer' | 'seller', by: Taker): TemplateName | undefined {
  switch (status) {
    // Both were notified of the match.
    case 'placed':
      return undefined;
    case 'payment_confirmed':
      return role === 'buyer' ? 'order-paid-buyer' : 'order-paid-seller';
    case 'cancelled':
      return by === 'market' ? 'order-unpaid' : 'order-cancelled';
    default:
      return `order-${status}`;
  }
}

/** What an order is of, and once it is shipped where it is. */
function titleOf({ status, product_name, size, carrier, tracking }: OrderRow): string {
  const parcel = [carrier, tracking].filter((part) => part !== null).join(' ');
  const title = `${product_name}, ${size}`;
  return status === 'shipped' && parcel !== '' ? `${title} · ${parcel}` : title;
}
