import { useEffect } from 'react';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { HouseholdBar } from '../households/household-bar.tsx';
import type { Households } from '../households/households.ts';
import { useHousehold } from '../households/use-household.ts';
import { type Kitchen, problemOf } from '../kitchen.ts';
import { AddItem } from './add-item.tsx';
import { Fridge } from './fridge.ts';
import './fridge.css';
import { ItemRow } from './item-row.tsx';
import { RecipeBox } from './recipe-box.tsx';
import { Recipes } from './recipes.ts';
import { ShoppingList } from './shopping-list.tsx';
import { tellTimezone } from './tell-timezone.ts';

export interface FridgeTabProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
  /** Its id, as the address names it. */
  readonly household: string | undefined;
}

/** A fridge, and what can be cooked from it. */
export function FridgeTab({ kitchen, households, household }: FridgeTabProps) {
  const { client, user } = kitchen.page;
  const { call } = kitchen;
  const { list, chosen, loaded } = useHousehold(households, household);
  const group = chosen?.id;
  // Whose fridge the address means is known once the households are.
  const known = household === undefined || loaded;
  const fridge = useMade(
    () => (known ? new Fridge(client, call, user, group) : undefined),
    [client, call, user, group, known],
  );
  useEffect(() => {
    const tell = async () => {
      if (await tellTimezone(call, user)) await fridge?.load();
    };
    // Days are then those of UTC.
    tell().catch(() => {});
  }, [call, user, fridge]);
  const recipes = useMade(() => new Recipes(client, call, user), [client, call, user]);
  return (
    <>
      {list.length === 0 ? null : (
        <HouseholdBar
          kitchen={kitchen}
          households={households}
          list={list}
          chosen={chosen}
          tab="fridge"
          personal
        />
      )}
      <div className="kitchen-columns">
        {fridge ? (
          <Items key={group ?? ''} kitchen={kitchen} fridge={fridge} />
        ) : (
          <section aria-busy="true" />
        )}
        {recipes && fridge ? (
          <aside>
            <RecipeBox kitchen={kitchen} recipes={recipes} group={group} />
            <ShoppingList kitchen={kitchen} fridge={fridge} recipes={recipes} />
          </aside>
        ) : null}
      </div>
    </>
  );
}

function Items({ kitchen, fridge }: { readonly kitchen: Kitchen; readonly fridge: Fridge }) {
  const { t } = kitchen;
  const { items, today, fresh, loaded, error } = useValue(fridge.state);
  return (
    <section className="kitchen-fridge" aria-label={t.tabs.fridge}>
      <AddItem kitchen={kitchen} fridge={fridge} />
      {error === undefined ? null : (
        <p className="kitchen-problem" role="alert">
          {problemOf(kitchen, error)}
        </p>
      )}
      {loaded && error === undefined && items.length === 0 ? (
        <p className="kitchen-none">{t.fridge.none}</p>
      ) : null}
      <ul className="kitchen-items" aria-busy={!loaded}>
        {items.map((item) => (
          <ItemRow
            key={item.id}
            kitchen={kitchen}
            fridge={fridge}
            item={item}
            today={today}
            fresh={fresh.has(item.id)}
          />
        ))}
      </ul>
    </section>
  );
}
