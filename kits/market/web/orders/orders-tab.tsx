import { useEffect } from 'react';
import { useValue } from '../../../shared/web/use-made.ts';
import { type Market, problemOf } from '../market.ts';
import { OrderCard } from './order-card.tsx';
import type { Orders } from './orders.ts';

export interface OrdersTabProps {
  readonly market: Market;
  readonly orders: Orders;
  /** The id of the one that the address names. */
  readonly selected: string | undefined;
}

/** What the visitor has bought and sold. */
export function OrdersTab({ market, orders, selected }: OrdersTabProps) {
  const { t } = market;
  const { orders: all, next, loaded, error } = useValue(orders.state);
  const there = all.some(({ order_id: id }) => String(id) === selected);
  useEffect(() => {
    // One may be named that is older than those of the list.
    if (selected !== undefined && loaded && !there) void orders.need(Number(selected));
  }, [orders, selected, loaded, there]);
  return (
    <div className="market-lists" aria-busy={!loaded}>
      {error === undefined ? null : (
        <p className="market-problem" role="alert">
          {problemOf(market, error)}
        </p>
      )}
      {loaded && all.length === 0 ? <p className="market-none">{t.orders.none}</p> : null}
      {all.map((order) => (
        <OrderCard
          key={order.order_id}
          market={market}
          orders={orders}
          order={order}
          selected={String(order.order_id) === selected}
        />
      ))}
      {next === undefined ? null : (
        <button type="button" className="market-more" onClick={() => void orders.more()}>
          {t.more}
        </button>
      )}
    </div>
  );
}
