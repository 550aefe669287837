import { type FormEvent, useId } from 'react';
import { attempt, type Kitchen } from '../kitchen.ts';
import { useSubmit } from '../use-submit.ts';
import type { Goal, Goals } from './goals.ts';

const PERCENT = 100;

export interface GoalCardProps {
  readonly kitchen: Kitchen;
  readonly goals: Goals;
  readonly goal: Goal;
  /** It was achieved while the page was open. */
  readonly celebrated: boolean;
}

/** A goal with its progress, and what adds to it. */
export function GoalCard({ kitchen, goals, goal, celebrated }: GoalCardProps) {
  const { t, page } = kitchen;
  const id = useId();
  const { busy, problem, changed, submit } = useSubmit(kitchen);
  const numbers = new Intl.NumberFormat(page.language, { maximumFractionDigits: 3 });
  const share = Math.min(1, Math.max(0, goal.progress / goal.target));
  const stands = t.goals.of(
    numbers.format(goal.progress),
    `${numbers.format(goal.target)} ${goal.unit}`.trim(),
  );

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const by = Number(new FormData(event.currentTarget).get('by'));
    if (by !== 0) void submit((key) => goals.add(goal.id, by, key));
  };

  return (
    <li
      className="kitchen-goal"
      data-achieved={goal.achieved}
      data-celebrated={celebrated && goal.achieved}
      data-goal={goal.id}
    >
      <header>
        <h2 id={`${id}-title`}>{goal.title}</h2>
        <button
          type="button"
          className="kitchen-quiet danger"
          aria-label={`${t.remove}: ${goal.title}`}
          title={t.remove}
          onClick={() => {
            if (confirm(t.goals.sure)) void attempt(kitchen, () => goals.remove(goal.id));
          }}
        >
          ✕
        </button>
      </header>
      <div
        className="kitchen-bar-of"
        role="progressbar"
        aria-labelledby={`${id}-title`}
        aria-valuemin={0}
        aria-valuemax={PERCENT}
        aria-valuenow={Math.round(share * PERCENT)}
        aria-valuetext={stands}
      >
        <i style={{ inlineSize: `${share * PERCENT}%` }} />
      </div>
      <p className="kitchen-stands">{stands}</p>
      <p className="kitchen-achieved" role="status">
        {goal.achieved ? (
          <>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <circle cx="10" cy="10" r="8" />
              <path d="M6 10.3l2.7 2.7 5.5-5.7" pathLength="1" />
            </svg>
            {t.goals.achieved}
          </>
        ) : null}
      </p>
      <form className="kitchen-step" onSubmit={onSubmit} onChange={changed}>
        <label htmlFor={`${id}-by`} className="unseen">
          {`${t.goals.step}: ${goal.title}`}
        </label>
        <input id={`${id}-by`} name="by" type="number" step="any" required defaultValue={1} />
        <button type="submit" disabled={busy}>
          {t.goals.step}
        </button>
        <p className="kitchen-problem" role="alert">
          {problem}
        </p>
      </form>
    </li>
  );
}
