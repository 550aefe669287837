/**
 * What a user has to buy: what runs out in their fridges, and what the recipe lacks that they shop for.
 *
 * @module
 */
import type { Tidings } from '@tidings/server/kit';
import { readAllItems } from '../fridge/items.ts';
import { ingredientOf, isStaple, sameKey } from '../recipes/ingredients.ts';
import { readChosen } from '../recipes/requests.ts';
import type { KitchenTables } from '../tables.ts';

/** Something to buy. */
export interface Need {
  readonly name: string;
  readonly reason: 'running_out' | 'recipe';
  /** The item of a fridge, or the recipe. */
  readonly id: string;
}

/** What a user has to buy, each thing once, whatever the language it is named in. */
export async function readNeeds(db: Tidings<KitchenTables>['db'], user: string): Promise<readonly Need[]> {
  const items = await readAllItems(db, user);
  const needs = new Map<string, Need>();
  const had = new Set<string>();
  for (const { id, name, quantity, running_out: wanted } of items) {
    if (wanted || quantity === 0) needs.set(sameKey(name), { name, reason: 'running_out', id });
    if (quantity > 0) had.add(sameKey(name));
  }
  const chosen = await readChosen(db, user);
  for (const { name } of chosen?.recipe?.ingredients ?? []) {
    const key = sameKey(name);
    if (chosen && !had.has(key) && !needs.has(key) && !isStaple(ingredientOf(name) ?? ''))
      needs.set(key, { name, reason: 'recipe', id: chosen.id });
  }
  return [...needs.values()];
}
