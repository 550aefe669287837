import { usePresence } from '@tidings/react';
import { useState } from 'react';
import { Avatar } from '../../../shared/web/avatar.tsx';
import { goTo } from '../../../shared/web/go-to.ts';
import { addressOf, type Tab } from '../address-of.ts';
import type { Kitchen } from '../kitchen.ts';
import { HouseholdDialog } from './household-dialog.tsx';
import type { Household, Households } from './households.ts';

export interface HouseholdBarProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
  readonly list: readonly Household[];
  /** The one that is shown; `undefined` is the visitor alone. */
  readonly chosen: Household | undefined;
  readonly tab: Tab;
  /** The visitor alone can be chosen too. */
  readonly personal: boolean;
}

/** Chooses a household, shows who of it is here, and opens what can be done with it. */
export function HouseholdBar({ kitchen, households, list, chosen, tab, personal }: HouseholdBarProps) {
  const { t } = kitchen;
  const [open, setOpen] = useState(false);
  const options = [...(personal ? [undefined] : []), ...list];
  return (
    <div className="kitchen-bar">
      <fieldset className="kitchen-choice">
        <legend className="unseen">{t.households.title}</legend>
        {options.map((each) => (
          <label key={each?.id ?? ''}>
            <input
              type="radio"
              name="kitchen-household"
              checked={each?.id === chosen?.id}
              onChange={() => goTo(addressOf({ tab, household: each?.id }))}
            />
            <span>{each?.name ?? t.households.mine}</span>
          </label>
        ))}
      </fieldset>
      {chosen ? (
        <>
          <Here kitchen={kitchen} household={chosen} />
          <button type="button" onClick={() => setOpen(true)}>
            {t.households.members(chosen.members.length)}
          </button>
        </>
      ) : null}
      {open && chosen ? (
        <HouseholdDialog
          kitchen={kitchen}
          households={households}
          household={chosen}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}

/** Who else of a household has the app open. */
function Here({ kitchen, household }: { readonly kitchen: Kitchen; readonly household: Household }) {
  const { members } = usePresence(`group:${household.id}`);
  const here = new Set(members.map(({ user }) => user));
  const others = household.members.filter(
    ({ user_id }) => user_id !== kitchen.page.user && here.has(user_id),
  );
  if (others.length === 0) return null;
  const names = others.map(({ name }) => name);
  return (
    <span className="kitchen-here" title={names.join(', ')}>
      {others.map(({ user_id, name }) => (
        <Avatar key={user_id} id={user_id} name={name} />
      ))}
      <span>{kitchen.t.households.here(names)}</span>
    </span>
  );
}
