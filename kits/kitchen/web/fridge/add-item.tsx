import { type FormEvent, useRef, useState } from 'react';
import { type Kitchen, problemOf } from '../kitchen.ts';
import type { Fridge } from './fridge.ts';
import { ItemInputs, readItem } from './item-inputs.tsx';

/** Puts things into a fridge, one after the other. */
export function AddItem({ kitchen, fridge }: { readonly kitchen: Kitchen; readonly fridge: Fridge }) {
  const { t } = kitchen;
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  // The same until it has got there, so that trying again has one effect.
  const key = useRef<string>(undefined);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setProblem('');
    setBusy(true);
    key.current ??= crypto.randomUUID();
    try {
      await fridge.add({ ...readItem(form), running_out: false }, key.current);
      key.current = undefined;
      form.reset();
      form.querySelector('input')?.focus();
    } catch (error) {
      setProblem(problemOf(kitchen, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="kitchen-add-item"
      aria-label={t.fridge.add}
      onSubmit={(event) => void submit(event)}
      onChange={() => {
        key.current = undefined;
      }}
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
