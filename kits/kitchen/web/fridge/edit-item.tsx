import { type FormEvent, useState } from 'react';
import { Dialog } from '../../../shared/web/dialog.tsx';
import { type Kitchen, problemOf } from '../kitchen.ts';
import type { Fridge, FridgeItem } from './fridge.ts';
import { ItemInputs, readItem } from './item-inputs.tsx';

export interface EditItemProps {
  readonly kitchen: Kitchen;
  readonly fridge: Fridge;
  readonly item: FridgeItem;
  readonly onClose: () => void;
}

/** Changes a thing in a fridge: only what was changed here, so that another's change of the rest stays. */
export function EditItem({ kitchen, fridge, item: given, onClose }: EditItemProps) {
  const { t } = kitchen;
  // As it was when this was opened.
  const [item] = useState(given);
  const [problem, setProblem] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = readItem(event.currentTarget);
    const names = Object.keys(fields) as (keyof typeof fields)[];
    const changes = Object.fromEntries(
      names.filter((name) => fields[name] !== item[name]).map((name) => [name, fields[name]]),
    );
    try {
      if (Object.keys(changes).length > 0) await fridge.change(item.id, changes);
      onClose();
    } catch (error) {
      setProblem(problemOf(kitchen, error));
    }
  };
  return (
    <Dialog title={item.name} close={t.close} onClose={onClose}>
      <form className="kitchen-edit-item" onSubmit={(event) => void submit(event)}>
        <ItemInputs t={t} item={item} />
        <p className="kitchen-problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary">
          {t.save}
        </button>
      </form>
    </Dialog>
  );
}
