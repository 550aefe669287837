import { useState } from 'react';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { HouseholdBar } from '../households/household-bar.tsx';
import type { Households } from '../households/households.ts';
import { NewHousehold } from '../households/new-household.tsx';
import { useHousehold } from '../households/use-household.ts';
import { type Kitchen, problemOf } from '../kitchen.ts';
import { Cell } from './cell.tsx';
import { Menu } from './menu.ts';
import './menu.css';
import { DAYS, daysOf, localDay, MEALS, shiftWeek, weekOf } from './weeks.ts';

export interface MenuTabProps {
  readonly kitchen: Kitchen;
  readonly households: Households;
  /** Its id, as the address names it. */
  readonly household: string | undefined;
}

/** The menu of a household, week by week. */
export function MenuTab({ kitchen, households, household }: MenuTabProps) {
  const { t } = kitchen;
  const { list, chosen: named, loaded, error } = useHousehold(households, household);
  const chosen = named ?? list[0];
  if (!loaded) return <p className="kit-loading">{t.loading}</p>;
  return (
    <>
      {error === undefined ? null : (
        <p className="kitchen-problem" role="alert">
          {problemOf(kitchen, error)}
        </p>
      )}
      {chosen ? (
        <>
          <HouseholdBar
            kitchen={kitchen}
            households={households}
            list={list}
            chosen={chosen}
            tab="menu"
            personal={false}
          />
          <Weeks key={chosen.id} kitchen={kitchen} group={chosen.id} />
          <details className="kitchen-another">
            <summary>{t.households.another}</summary>
            <NewHousehold kitchen={kitchen} households={households} />
          </details>
        </>
      ) : (
        <section className="kitchen-panel kitchen-first">
          <h2>{t.households.first}</h2>
          <p>{t.households.lead}</p>
          <NewHousehold kitchen={kitchen} households={households} />
        </section>
      )}
    </>
  );
}

function Weeks({ kitchen, group }: { readonly kitchen: Kitchen; readonly group: string }) {
  const { t, call, page } = kitchen;
  const { client, user, language } = page;
  const today = localDay(new Date());
  const [week, setWeek] = useState(() => weekOf(today));
  const menu = useMade(
    () => new Menu(client, call, user, { group, week }),
    [client, call, user, group, week],
  );
  const dates = daysOf(week);
  const [first = '', last = ''] = [dates[0], dates.at(-1)];
  const format = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return (
    <section className="kitchen-menu" aria-label={t.tabs.menu}>
      <div className="kitchen-week">
        <button type="button" aria-label={t.menu.before} onClick={() => setWeek(shiftWeek(week, -1))}>
          ‹
        </button>
        <h2 aria-live="polite">{format.formatRange(Date.parse(first), Date.parse(last))}</h2>
        <button type="button" aria-label={t.menu.after} onClick={() => setWeek(shiftWeek(week, 1))}>
          ›
        </button>
        {week === weekOf(today) ? null : (
          <button type="button" className="kitchen-quiet" onClick={() => setWeek(weekOf(today))}>
            {t.menu.thisWeek}
          </button>
        )}
      </div>
      {menu ? <Grid key={week} kitchen={kitchen} menu={menu} dates={dates} today={today} /> : null}
    </section>
  );
}

interface GridProps {
  readonly kitchen: Kitchen;
  readonly menu: Menu;
  /** `YYYY-MM-DD`, Monday first. */
  readonly dates: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

function Grid({ kitchen, menu, dates, today }: GridProps) {
  const { page } = kitchen;
  const state = useValue(menu.state);
  const weekday = new Intl.DateTimeFormat(page.language, { weekday: 'long', timeZone: 'UTC' });
  return (
    <>
      {state.error === undefined ? null : (
        <p className="kitchen-problem" role="alert">
          {problemOf(kitchen, state.error)}
        </p>
      )}
      <ol className="kitchen-grid" aria-busy={!state.loaded}>
        {DAYS.map((name, index) => {
          const date = dates[index] ?? '';
          const title = `${weekday.format(Date.parse(date))} ${Number(date.slice(-2))}`;
          return (
            <li key={name} className="kitchen-day" data-today={date === today}>
              <h3 aria-current={date === today ? 'date' : undefined}>{title}</h3>
              {MEALS.map((meal) => (
                <Cell
                  key={meal}
                  kitchen={kitchen}
                  menu={menu}
                  state={state}
                  id={`${name}-${meal}`}
                  day={title}
                  meal={meal}
                />
              ))}
            </li>
          );
        })}
      </ol>
    </>
  );
}
