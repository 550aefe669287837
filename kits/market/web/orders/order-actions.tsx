import { type FormEvent, useId, useState } from 'react';
import { PageLink } from '../../../shared/web/page-link.tsx';
import { useSubmit } from '../../../shared/web/use-submit.ts';
import type { Order, UpdateOrder } from '../../events.ts';
import { addressOf } from '../address-of.ts';
import { type Market, problemOf } from '../market.ts';
import type { Orders } from './orders.ts';

export interface OrderActionsProps {
  readonly market: Market;
  readonly orders: Orders;
  readonly order: Order;
}

/** What the visitor may do with an order now. */
export function OrderActions({ market, orders, order }: OrderActionsProps) {
  const { t } = market;
  const { order_id, next } = order;
  const [sure, setSure] = useState(false);
  const { busy, problem, submit, changed } = useSubmit((error) => problemOf(market, error));
  const take = (step: Omit<UpdateOrder, 'order_id'>) =>
    void submit((key) => orders.update({ order_id, ...step }, key));
  return (
    <div className="market-order-actions">
      {next.includes('shipped') ? (
        <Ship market={market} busy={busy} onChange={changed} onShip={take} />
      ) : null}
      <div className="market-actions">
        {next.includes('delivered') ? (
          <button
            type="button"
            className="primary"
            disabled={busy}
            onClick={() => take({ status: 'delivered' })}
          >
            {t.orders.received}
          </button>
        ) : null}
        {next.includes('cancelled') ? (
          <button
            type="button"
            className="danger"
            disabled={busy}
            onClick={() => (sure ? take({ status: 'cancelled' }) : setSure(true))}
            onBlur={() => setSure(false)}
          >
            {sure ? t.orders.cancelSure : t.orders.cancel}
          </button>
        ) : null}
        <PageLink href={`${addressOf({ tab: 'support' })}&about=${order_id}`}>{t.orders.help}</PageLink>
      </div>
      <p className="market-problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

interface ShipProps {
  readonly market: Market;
  readonly busy: boolean;
  readonly onChange: () => void;
  readonly onShip: (step: Omit<UpdateOrder, 'order_id'>) => void;
}

function Ship({ market: { t }, busy, onChange, onShip }: ShipProps) {
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    onShip({ status: 'shipped', carrier: text('carrier'), tracking: text('tracking') });
  };
  return (
    <form className="market-ship" onSubmit={submit} onChange={onChange}>
      <label htmlFor={`${id}-carrier`}>{t.orders.carrier}</label>
      <input
        id={`${id}-carrier`}
        name="carrier"
        required
        pattern=".*\S.*"
        maxLength={100}
        autoComplete="off"
      />
      <label htmlFor={`${id}-tracking`}>{t.orders.tracking}</label>
      <input
        id={`${id}-tracking`}
        name="tracking"
        required
        pattern=".*\S.*"
        maxLength={100}
        autoComplete="off"
      />
      <button type="submit" className="primary" disabled={busy}>
        {t.orders.ship}
      </button>
    </form>
  );
}
