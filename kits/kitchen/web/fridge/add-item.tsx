import type { FormEvent } from 'react';
import type { Kitchen } from '../kitchen.ts';
import { useSubmit } from '../use-submit.ts';
import type { Fridge } from './fridge.ts';
import { ItemInputs, readItem } from './item-inputs.tsx';

/** Puts things into a fridge, one after the other. */
export function AddItem({ kitchen, fridge }: { readonly kitchen: Kitchen; readonly fridge: Fridge }) {
  const { t } = kitchen;
  const { busy, problem, changed, submit } = useSubmit(kitchen);
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = { ...readItem(form), running_out: false };
    if (!(await submit((key) => fridge.add(fields, key)))) return;
    form.reset();
    form.querySelector('input')?.focus();
  };
  return (
    <form
      className="kitchen-add-item"
      aria-label={t.fridge.add}
      onSubmit={(event) => void onSubmit(event)}
      onChange={changed}
    >
      <ItemInputs t={t} />
      <button type="submit" className="primary" disabled={busy}>
        {t.fridge.add}
      </button>
      <p className="kitchen-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
