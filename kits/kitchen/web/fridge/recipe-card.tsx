import { attempt, type Kitchen } from '../kitchen.ts';
import type { Recipe, RecipeRequest, Recipes } from './recipes.ts';

const PERCENT = 100;

export interface RecipeCardProps {
  readonly kitchen: Kitchen;
  readonly recipes: Recipes;
  readonly request: RecipeRequest;
  /** It is shown unfolded. */
  readonly open: boolean;
}

/** A recipe that was asked for: how far it is, or what it says. */
export function RecipeCard({ kitchen, recipes, request, open }: RecipeCardProps) {
  const { t } = kitchen;
  const { id, state, step, progress, wish, recipe } = request;
  const remove = () => void attempt(kitchen, () => recipes.remove(id));
  return (
    <li className="kitchen-recipe" data-state={state} data-recipe={id}>
      {state === 'running' ? (
        <>
          <p role="status">{t.recipes.steps[step]}</p>
          <div className="kitchen-ask">
            <progress max={PERCENT} value={Math.round(progress * PERCENT)} aria-label={t.recipes.title} />
            <button type="button" onClick={remove}>
              {t.cancel}
            </button>
          </div>
        </>
      ) : null}
      {state === 'failed' ? (
        <>
          <p className="kitchen-problem">{t.recipes.failed}</p>
          <button type="button" onClick={remove}>
            {t.remove}
          </button>
        </>
      ) : null}
      {recipe ? (
        <details open={open}>
          <summary>{recipe.title}</summary>
          {wish === '' ? null : <p className="kitchen-hint">{t.recipes.wished(wish)}</p>}
          <Text kitchen={kitchen} recipe={recipe} />
          <div className="kitchen-actions">
            <button
              type="button"
              aria-pressed={request.chosen}
              onClick={() => void attempt(kitchen, () => recipes.choose(id, !request.chosen))}
            >
              {request.chosen ? t.recipes.chosen : t.recipes.choose}
            </button>
            <button type="button" className="kitchen-quiet danger" onClick={remove}>
              {t.remove}
            </button>
          </div>
        </details>
      ) : null}
    </li>
  );
}

function Text({ kitchen, recipe }: { readonly kitchen: Kitchen; readonly recipe: Recipe }) {
  const { t } = kitchen;
  const { servings, minutes, ingredients, steps, source } = recipe;
  const about = [
    ...(servings === undefined ? [] : [t.recipes.forServings(servings)]),
    ...(minutes === undefined ? [] : [t.recipes.minutes(minutes)]),
    t.recipes.from[source],
  ];
  return (
    <>
      <p className="kitchen-hint">{about.join(' · ')}</p>
      <h3>{t.recipes.ingredients}</h3>
      <ul>
        {ingredients.map(({ name, amount = '' }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a recipe never changes, and may name a thing twice.
          <li key={index} className="kitchen-recipe-part">
            {name} <span className="kitchen-amount">{amount}</span>
          </li>
        ))}
      </ul>
      <h3>{t.recipes.method}</h3>
      <ol>
        {steps.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: likewise.
          <li key={index}>{text}</li>
        ))}
      </ol>
    </>
  );
}
