import { type FormEvent, useId } from 'react';
import { useMade, useValue } from '../../../shared/web/use-made.ts';
import { type Kitchen, problemOf } from '../kitchen.ts';
import { useSubmit } from '../use-submit.ts';
import { GoalCard } from './goal-card.tsx';
import { Goals } from './goals.ts';
import './goals.css';

const MAX_TITLE = 200;
const MAX_UNIT = 20;
const MAX_TARGET = 1_000_000_000;
const MIN_TARGET = 0.001;

/** What the visitor wants to get to, and how much of it there is. */
export function GoalsTab({ kitchen }: { readonly kitchen: Kitchen }) {
  const { client, user } = kitchen.page;
  const { call } = kitchen;
  const goals = useMade(() => new Goals(client, call, user), [client, call, user]);
  return goals ? <List kitchen={kitchen} goals={goals} /> : null;
}

function List({ kitchen, goals }: { readonly kitchen: Kitchen; readonly goals: Goals }) {
  const { t } = kitchen;
  const { goals: list, celebrated, loaded, error } = useValue(goals.state);
  return (
    <section className="kitchen-goals" aria-label={t.tabs.goals}>
      <NewGoal kitchen={kitchen} goals={goals} />
      {error === undefined ? null : (
        <p className="kitchen-problem" role="alert">
          {problemOf(kitchen, error)}
        </p>
      )}
      {loaded && error === undefined && list.length === 0 ? (
        <p className="kitchen-none">{t.goals.none}</p>
      ) : null}
      <ul className="kitchen-goal-list" aria-busy={!loaded}>
        {list.map((goal) => (
          <GoalCard
            key={goal.id}
            kitchen={kitchen}
            goals={goals}
            goal={goal}
            celebrated={celebrated.has(goal.id)}
          />
        ))}
      </ul>
    </section>
  );
}

function NewGoal({ kitchen, goals }: { readonly kitchen: Kitchen; readonly goals: Goals }) {
  const { t } = kitchen;
  const id = useId();
  const { busy, problem, changed, submit } = useSubmit(kitchen);
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const text = (name: string) => String(fields.get(name) ?? '').trim();
    const goal = { title: text('title'), target: Number(text('target')), unit: text('unit') };
    if (await submit((key) => goals.create(goal, key))) form.reset();
  };
  return (
    <form
      className="kitchen-new-goal"
      aria-label={t.goals.add}
      onSubmit={(event) => void onSubmit(event)}
      onChange={changed}
    >
      <div className="kitchen-field" data-field="name">
        <label htmlFor={`${id}-title`}>{t.goals.title}</label>
        <input
          id={`${id}-title`}
          name="title"
          required
          maxLength={MAX_TITLE}
          placeholder={t.goals.example}
          autoComplete="off"
        />
      </div>
      <div className="kitchen-field">
        <label htmlFor={`${id}-target`}>{t.goals.target}</label>
        <input
          id={`${id}-target`}
          name="target"
          type="number"
          required
          min={MIN_TARGET}
          max={MAX_TARGET}
          step="any"
        />
      </div>
      <div className="kitchen-field">
        <label htmlFor={`${id}-unit`}>{t.fridge.unit}</label>
        <input id={`${id}-unit`} name="unit" maxLength={MAX_UNIT} autoComplete="off" />
      </div>
      <button type="submit" className="primary" disabled={busy}>
        {t.goals.add}
      </button>
      <p className="kitchen-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
