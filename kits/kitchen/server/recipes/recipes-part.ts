/**
 * Recipes: made of what is in the fridge, by a model or from the kitchen's own book.
 *
 * @module
 */
import type { Tidings } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { perServer } from '../../../shared/server/per-server.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { recipeRoutes } from './recipe-routes.ts';
import { RecipeRuns } from './recipe-runs.ts';
import { forgetRemoved } from './requests.ts';
import { RECIPE_MIGRATIONS } from './tables.ts';

/** Recipes for users. */
export function recipesPart({
  ai,
  recipesPerDay: perDay,
}: Pick<KitchenOptions, 'ai' | 'recipesPerDay'>): KitPart<KitchenTables> {
  const runsOf = perServer((tidings: Tidings<KitchenTables>) => new RecipeRuns(tidings, ai));
  return {
    migrations: RECIPE_MIGRATIONS,
    routes: (app, tidings) => recipeRoutes(app, tidings, { runs: runsOf(tidings), perDay }),
    onStart: (tidings) => runsOf(tidings).resume(),
    onStop: (tidings) => runsOf(tidings).stop(),
    jobs: [
      { name: 'take up recipes', schedule: '* * * * *', run: (tidings) => runsOf(tidings).resume() },
      { name: 'forget removed recipes', schedule: '47 * * * *', run: forgetRemoved },
    ],
  };
}
