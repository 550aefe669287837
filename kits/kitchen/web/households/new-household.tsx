import { type FormEvent, useId } from 'react';
import { goTo } from '../../../shared/web/go-to.ts';
import { addressOf } from '../address-of.ts';
import { attempt, type Kitchen } from '../kitchen.ts';
import type { Households } from './households.ts';

const MAX_NAME = 100;
const MAX_CODE = 500;

export interface NewHouseholdProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
}

/** Makes a household, or joins one by the code of an invitation. */
export function NewHousehold({ kitchen, households }: NewHouseholdProps) {
  const { t } = kitchen;
  const id = useId();
  const enter = (field: 'name' | 'code') => (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get(field) ?? '').trim();
    if (text === '') return;
    void attempt(kitchen, async () => {
      const household = await (field === 'name' ? households.create(text) : households.join(codeOf(text)));
      goTo(addressOf({ tab: 'menu', household: household.id }));
    });
  };
  return (
    <div className="kitchen-new-household">
      <form className="kitchen-form" onSubmit={enter('name')}>
        <label htmlFor={`${id}-name`}>{t.households.create}</label>
        <div className="kitchen-joined">
          <input
            id={`${id}-name`}
            name="name"
            maxLength={MAX_NAME}
            placeholder={t.households.name}
            autoComplete="off"
          />
          <button type="submit" className="primary">
            {t.households.make}
          </button>
        </div>
      </form>
      <form className="kitchen-form" onSubmit={enter('code')}>
        <label htmlFor={`${id}-code`}>{t.households.byCode}</label>
        <div className="kitchen-joined">
          <input id={`${id}-code`} name="code" maxLength={MAX_CODE} autoComplete="off" />
          <button type="submit">{t.households.join}</button>
        </div>
      </form>
    </div>
  );
}

/** The code in an invitation's link, or what was pasted. */
function codeOf(text: string): string {
  return URL.parse(text)?.searchParams.get('invitation') ?? text;
}
