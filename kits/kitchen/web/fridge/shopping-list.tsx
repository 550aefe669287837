import { useEffect, useId, useState } from 'react';
import { useValue } from '../../../shared/web/use-made.ts';
import type { Kitchen } from '../kitchen.ts';
import type { Fridge } from './fridge.ts';
import type { Recipes } from './recipes.ts';
import { ShopsNearby } from './shops-nearby.tsx';

/** Something to buy. */
interface Need {
  readonly name: string;
  readonly reason: 'running_out' | 'recipe';
  readonly id: string;
}

export interface ShoppingListProps {
  readonly kitchen: Kitchen;
  readonly fridge: Fridge;
  readonly recipes: Recipes;
}

/** What has to be bought: what runs out, and what the chosen recipe lacks. Read again when either changes. */
export function ShoppingList({ kitchen, fridge, recipes }: ShoppingListProps) {
  const { t, call } = kitchen;
  const id = useId();
  const { items } = useValue(fridge.state);
  const { requests } = useValue(recipes.state);
  const chosen = requests.find((request) => request.chosen)?.id;
  const [needs, setNeeds] = useState<readonly Need[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is needed follows from these.
  useEffect(() => {
    const ending = new AbortController();
    call<{ readonly needs: readonly Need[] }>('/kitchen/shopping', { signal: ending.signal })
      .then((answer) => setNeeds(answer.needs))
      // The list stays as it was; what is asked for next says why.
      .catch(() => {});
    return () => ending.abort();
  }, [call, items, chosen]);
  return (
    <section className="kitchen-panel kitchen-shopping" aria-labelledby={id}>
      <h2 id={id}>{t.shopping.title}</h2>
      {needs.length === 0 ? <p className="kitchen-hint">{t.shopping.none}</p> : null}
      <ul>
        {needs.map((need) => (
          <li key={`${need.reason} ${need.id} ${need.name}`}>
            {need.name} <span className="kitchen-hint">{t.shopping[need.reason]}</span>
          </li>
        ))}
      </ul>
      <ShopsNearby kitchen={kitchen} />
    </section>
  );
}
