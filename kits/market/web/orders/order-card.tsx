import { useEffect, useRef } from 'react';
import { moneyText } from '../../../shared/web/money.ts';
import { PageLink } from '../../../shared/web/page-link.tsx';
import { timeText } from '../../../shared/web/time-text.ts';
import type { Order } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import type { Market } from '../market.ts';
import { Picture } from '../picture.tsx';
import { OrderActions } from './order-actions.tsx';
import { OrderSteps } from './order-steps.tsx';
import type { Orders } from './orders.ts';

export interface OrderCardProps {
  readonly market: Market;
  readonly orders: Orders;
  readonly order: Order;
  /** The address names it: it is brought into view. */
  readonly selected: boolean;
}

/** An order: how far it is, and what the visitor may do with it. */
export function OrderCard({ market, orders, order, selected }: OrderCardProps) {
  const { page, t } = market;
  const { language } = page;
  const { order_id: id, product_id: product, size, role, carrier, tracking } = order;
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!selected) return;
    card.current?.scrollIntoView({ block: 'center' });
    card.current?.focus({ preventScroll: true });
  }, [selected]);
  return (
    <article
      ref={card}
      className="market-panel market-order"
      tabIndex={-1}
      data-order={id}
      data-status={order.status}
      data-selected={selected}
    >
      <header>
        <Picture id={product} image={order.image} />
        <div>
          <p className="market-hint">
            {t.orders.number(String(id))} · {role === 'seller' ? t.orders.sold : t.orders.bought}{' '}
            {timeText(order.created, language)}
          </p>
          <h2>
            <PageLink href={addressOf({ product })}>{order.product_name}</PageLink>
          </h2>
          <p>
            {size === '' ? null : `${t.sneaker.sizeOf(size)} · `}
            <b>{moneyText(order, language)}</b>
          </p>
        </div>
      </header>
      <OrderSteps market={market} order={order} />
      {order.status === 'placed' && order.pay_until !== null ? (
        <p className="market-hint">{t.orders.payBy(timeText(order.pay_until, language))}</p>
      ) : null}
      {carrier === null && tracking === null ? null : (
        <p>{t.orders.track([carrier, tracking].filter((each) => each !== null).join(' '))}</p>
      )}
      <OrderActions market={market} orders={orders} order={order} />
    </article>
  );
}
