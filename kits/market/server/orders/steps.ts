/**
 * The steps of an order, and who may take which.
 *
 * @module
 */
import { TidingsError } from '@tidings/server/kit';
import { ORDER_STATUSES, type OrderStatus, type OrderStep } from '../../events.ts';

/** Who takes a step. `market`: it happens by itself. */
export type Taker = OrderStep['by'];

/** From where, to where, by whom. */
const STEPS: Readonly<Record<OrderStatus, { readonly [To in OrderStatus]?: readonly Taker[] }>> = {
  placed: { payment_confirmed: ['backend'], cancelled: ['backend', 'buyer', 'market'] },
  payment_confirmed: { shipped: ['backend', 'seller'], refunded: ['backend'] },
  shipped: { delivered: ['backend', 'buyer'], refunded: ['backend'] },
  delivered: { refunded: ['backend'] },
  // The money may come after the order was cancelled.
  cancelled: { refunded: ['backend'] },
  refunded: {},
};

/** What somebody may make of an order now. */
export function stepsFrom(status: OrderStatus, by: Taker): OrderStatus[] {
  return ORDER_STATUSES.filter((next) => STEPS[status][next]?.includes(by));
}

/** @throws TidingsError `conflict` for a step that does not follow, `forbidden` for one that is somebody else's. */
export function checkStep(from: OrderStatus, to: OrderStatus, by: Taker): void {
  const takers = STEPS[from][to];
  if (!takers) throw new TidingsError('conflict', `An order that is ${from} cannot become ${to}.`);
  if (!takers.includes(by)) throw new TidingsError('forbidden', `An order is not made ${to} by the ${by}.`);
}
