/**
 * Orders: from the match to the delivery.
 *
 * @module
 */
import { ORDER_EVENTS } from '../../events.ts';
import { readId } from '../ids.ts';
import type { MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { createOrder } from './create-order.ts';
import { orderCommands, orderRoutes } from './order-routes.ts';
import { findOrder } from './orders.ts';
import { cancelUnpaid } from './set-status.ts';
import { ORDER_MIGRATIONS } from './tables.ts';
import { ORDER_NOTIFICATIONS } from './texts.ts';

/** What a channel keeps: an order has few steps. */
const HISTORY = { size: 20, ttl: 90 * 24 * 60 * 60 * 1000 };

/** The orders. */
export function ordersPart({ paymentHours }: Pick<MarketOptions, 'paymentHours'>): MarketPart {
  return {
    migrations: ORDER_MIGRATIONS,
    notifications: ORDER_NOTIFICATIONS,
    namespaces: ({ db }) => ({
      order: {
        durable: true,
        history: HISTORY,
        rights: {
          async subscribe({ rest, identity: { user } }) {
            const id = readId(rest);
            const row = user === undefined || id === undefined ? undefined : await findOrder(db, id);
            return row !== undefined && (row.buyer === user || row.seller === user);
          },
          publish: 'nobody',
        },
        events: ORDER_EVENTS,
      },
    }),
    commands: orderCommands,
    routes: orderRoutes,
    jobs: [{ name: 'cancel unpaid orders', schedule: '* * * * *', run: cancelUnpaid }],
    onStart: cancelUnpaid,
    observer: {
      matched: (transaction, match) => createOrder(transaction, match, paymentHours),
    },
  };
}
