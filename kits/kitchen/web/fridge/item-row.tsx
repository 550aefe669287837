import { useState } from 'react';
import { toast } from 'sonner';
import { attempt, type Kitchen } from '../kitchen.ts';
import { daysBetween, dayText, type Urgency, urgencyOf } from './days.ts';
import { EditItem } from './edit-item.tsx';
import type { Fridge, FridgeItem } from './fridge.ts';

export interface ItemRowProps {
  readonly kitchen: Kitchen;
  readonly fridge: Fridge;
  readonly item: FridgeItem;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** It came while the page was open. */
  readonly fresh: boolean;
}

/** A thing in a fridge: how much of it, and how long it is good. */
export function ItemRow({ kitchen, fridge, item, today, fresh }: ItemRowProps) {
  const { t, page } = kitchen;
  const [editing, setEditing] = useState(false);
  const { name, quantity, unit, best_before: date, running_out: wanted } = item;
  const urgency = urgencyOf(date === null ? undefined : daysBetween(today, date));
  const amount = `${new Intl.NumberFormat(page.language).format(quantity)} ${unit}`.trim();
  const remove = () =>
    void attempt(kitchen, async () => {
      await fridge.remove(item.id);
      const again = { name, quantity, unit, best_before: date, running_out: wanted };
      toast(t.fridge.removed(name), {
        action: {
          label: t.undo,
          onClick: () => void attempt(kitchen, () => fridge.add(again, crypto.randomUUID())),
        },
      });
    });
  return (
    <li className="kitchen-item" data-urgency={urgency} data-fresh={fresh} data-item={item.id}>
      <div className="kitchen-item-what">
        <b>{name}</b>
        <span className="kitchen-amount">{amount}</span>
      </div>
      <span className="kitchen-best">
        {date === null ? t.fridge.keeps : bestText(urgency, dayText(date, today, page.language), t)}
      </span>
      <div className="kitchen-item-tools">
        <button
          type="button"
          className="kitchen-quiet"
          aria-pressed={wanted}
          aria-label={`${t.fridge.buy}: ${name}`}
          title={t.fridge.buy}
          onClick={() => void attempt(kitchen, () => fridge.change(item.id, { running_out: !wanted }))}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2.5 3.5h2l2 9.5h8.5l2-7H5.300M8 16.5h.01M14 16.5h.01" />
          </svg>
        </button>
        <button
          type="button"
          className="kitchen-quiet"
          aria-label={`${t.edit}: ${name}`}
          title={t.edit}
          onClick={() => setEditing(true)}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M12.5 4.5l3 3-8.5 8.5H4v-3zM11 6l3 3" />
          </svg>
        </button>
        <button
          type="button"
          className="kitchen-quiet danger"
          aria-label={`${t.remove}: ${name}`}
          title={t.remove}
          onClick={remove}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6" />
          </svg>
        </button>
      </div>
      {editing ? (
        <EditItem kitchen={kitchen} fridge={fridge} item={item} onClose={() => setEditing(false)} />
      ) : null}
    </li>
  );
}

function bestText(urgency: Urgency, day: string, { fridge }: Kitchen['t']): string {
  return urgency === 'past' ? fridge.expired(day) : fridge.goodUntil(day);
}
