import { useId } from 'react';
import type { Texts } from '../texts/texts.ts';
import type { FridgeItem, ItemFields } from './fridge.ts';

const MAX_NAME = 100;
const MAX_UNIT = 20;
const MAX_QUANTITY = 1_000_000;

/** The fields of a form for a thing in a fridge. */
export function ItemInputs({ t, item }: { readonly t: Texts; readonly item?: FridgeItem }) {
  const id = useId();
  return (
    <>
      <div className="kitchen-field" data-field="name">
        <label htmlFor={`${id}-name`}>{t.fridge.name}</label>
        <input
          id={`${id}-name`}
          name="name"
          required
          maxLength={MAX_NAME}
          defaultValue={item?.name}
          autoComplete="off"
        />
      </div>
      <div className="kitchen-field">
        <label htmlFor={`${id}-quantity`}>{t.fridge.quantity}</label>
        <input
          id={`${id}-quantity`}
          name="quantity"
          type="number"
          required
          min={0}
          max={MAX_QUANTITY}
          step="any"
          defaultValue={item?.quantity ?? 1}
        />
      </div>
      <div className="kitchen-field">
        <label htmlFor={`${id}-unit`}>{t.fridge.unit}</label>
        <input
          id={`${id}-unit`}
          name="unit"
          maxLength={MAX_UNIT}
          defaultValue={item?.unit}
          placeholder={t.fridge.unitExample}
          autoComplete="off"
        />
      </div>
      <div className="kitchen-field" data-field="date">
        <label htmlFor={`${id}-date`}>{t.fridge.bestBefore}</label>
        <input id={`${id}-date`} name="date" type="date" defaultValue={item?.best_before ?? ''} />
      </div>
    </>
  );
}

/** What a form says of a thing. */
export function readItem(form: HTMLFormElement): Omit<ItemFields, 'running_out'> {
  const fields = new FormData(form);
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  return {
    name: text('name'),
    quantity: Number(text('quantity')),
    unit: text('unit'),
    best_before: text('date') || null,
  };
}
