import { timeText } from '../../../shared/web/time-text.ts';
import type { Order, OrderStatus } from '../../events.ts';
import type { Market } from '../market.ts';

/** The way that an order goes when nothing comes in between. */
const USUAL = ['placed', 'payment_confirmed', 'shipped', 'delivered'] as const;

export interface OrderStepsProps {
  readonly market: Market;
  readonly order: Order;
}

/** How far an order is; when each step was taken. */
export function OrderSteps({ market: { page, t }, order }: OrderStepsProps) {
  const taken = new Map(order.steps.map(({ status, at }) => [status, at]));
  const stopped = taken.has('cancelled') || taken.has('refunded');
  // What was given up goes no further: only what has happened is shown.
  const shown: readonly OrderStatus[] = stopped ? order.steps.map(({ status }) => status) : USUAL;
  return (
    <ol className="market-steps" aria-label={t.orders.progress} aria-live="polite">
      {shown.map((status) => {
        const at = taken.get(status);
        return (
          <li
            key={status}
            data-status={status}
            data-done={at !== undefined}
            aria-current={status === order.status ? 'step' : undefined}
          >
            <span>
              {t.orders.steps[status]}
              {at === undefined ? null : <span className="unseen"> ✓</span>}
            </span>
            {at === undefined ? null : (
              <time dateTime={new Date(at).toISOString()}>{timeText(at, page.language)}</time>
            )}
          </li>
        );
      })}
    </ol>
  );
}
