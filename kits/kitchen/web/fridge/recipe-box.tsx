import { type FormEvent, useId } from 'react';
import { useValue } from '../../../shared/web/use-made.ts';
import type { Kitchen } from '../kitchen.ts';
import { useSubmit } from '../use-submit.ts';
import { RecipeCard } from './recipe-card.tsx';
import type { Recipes } from './recipes.ts';

const MAX_WISH = 500;
const MAX_SERVINGS = 20;
const SERVINGS = 2;

export interface RecipeBoxProps {
  readonly kitchen: Kitchen;
  readonly recipes: Recipes;
  /** The household whose fridge is meant; `undefined`: all that the visitor has a part in. */
  readonly group: string | undefined;
}

/** Asks for a recipe from what is in the fridge, and shows those that were asked for. */
export function RecipeBox({ kitchen, recipes, group }: RecipeBoxProps) {
  const { t } = kitchen;
  const id = useId();
  const { requests } = useValue(recipes.state);
  const { busy, problem, changed, submit } = useSubmit(kitchen);
  const shown = requests.filter(({ state }) => state !== 'cancelled');
  const running = shown.some(({ state }) => state === 'running');
  const [newest] = shown;

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const wish = {
      wish: String(fields.get('wish') ?? '').trim(),
      servings: Number(fields.get('servings')),
      ...(group === undefined ? {} : { group_id: group }),
    };
    void submit((key) => recipes.ask(wish, key));
  };

  return (
    <section className="kitchen-recipes kitchen-panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t.recipes.title}</h2>
      <form className="kitchen-form" onSubmit={onSubmit} onChange={changed}>
        <label htmlFor={`${id}-wish`}>{t.recipes.wish}</label>
        <input
          id={`${id}-wish`}
          name="wish"
          maxLength={MAX_WISH}
          placeholder={t.recipes.wishExample}
          autoComplete="off"
        />
        <div className="kitchen-ask">
          <label htmlFor={`${id}-servings`}>{t.recipes.servings}</label>
          <input
            id={`${id}-servings`}
            name="servings"
            type="number"
            required
            min={1}
            max={MAX_SERVINGS}
            defaultValue={SERVINGS}
          />
          <button type="submit" className="primary" disabled={busy || running}>
            {t.recipes.ask}
          </button>
        </div>
        <p className="kitchen-problem" role="alert">
          {problem}
        </p>
      </form>
      <ul className="kitchen-recipe-list">
        {shown.map((request) => (
          <RecipeCard
            key={`${request.id} ${request.state}`}
            kitchen={kitchen}
            recipes={recipes}
            request={request}
            open={request === newest}
          />
        ))}
      </ul>
    </section>
  );
}
