/**
 * Finds the recipe of the book that suits a fridge.
 *
 * @module
 */
import type { Language } from '@tidings/server/kit';
import { ingredientOf, isStaple, nameOf } from './ingredients.ts';
import { METHODS, measure } from './methods.ts';
import type { Recipe } from './recipe.ts';
import { type BookRecipe, RECIPE_BOOK } from './recipe-book.ts';

/** Something in a fridge. */
export interface Stock {
  readonly name: string;
  /** Days until its date; `undefined` for what keeps. */
  readonly daysLeft: number | undefined;
}

export interface SuggestOptions {
  readonly language: Language;
  /** What the user would like, in their words. @default nothing in particular */
  readonly wish?: string;
  /** Recipes of the book that the user had lately. @default none */
  readonly lately?: readonly string[];
}

/** What expires within so many days weighs more, the sooner the more. */
const SOON = 4;

/** What one that expires today weighs above others. */
const URGENCY = 2;
const MISSING = 0.75;
const WISHED = 5;
const LATELY = 3;

/** The recipe that takes most of what is there, soonest what expires soonest, and lacks least. */
export function suggest(
  stock: readonly Stock[],
  { language, wish = '', lately = [] }: SuggestOptions,
): Recipe {
  const weights = weightsOf(stock);
  const wished = new Set(
    wish
      .split(/[\s,;.]+/)
      .map(ingredientOf)
      .filter((key) => key !== undefined),
  );
  const score = ({ key, parts }: BookRecipe) => {
    const needed = parts.filter((part) => !isStaple(part.key));
    const had = needed.reduce((sum, part) => sum + (weights.get(part.key) ?? -MISSING), 0);
    const asked = needed.filter((part) => wished.has(part.key)).length * WISHED;
    // By share, or the longest list would always win.
    return had / Math.sqrt(needed.length) + asked - (lately.includes(key) ? LATELY : 0);
  };
  const [best] = RECIPE_BOOK.map((recipe) => ({ recipe, score: score(recipe) })).toSorted(
    (one, other) => other.score - one.score,
  );
  if (!best) throw new Error('The recipe book is empty.');
  return write(best.recipe, language);
}

/** What each ingredient that is there weighs. What is past its date is not cooked. */
function weightsOf(stock: readonly Stock[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { name, daysLeft = SOON } of stock) {
    const key = ingredientOf(name);
    if (key === undefined || daysLeft < 0) continue;
    const weight = 1 + (URGENCY * Math.max(0, SOON - daysLeft)) / SOON;
    weights.set(key, Math.max(weight, weights.get(key) ?? 0));
  }
  return weights;
}

function write({ key, title, servings, minutes, parts, steps }: BookRecipe, language: Language): Recipe {
  return {
    title: title[language],
    servings,
    minutes,
    ingredients: parts.map(({ key: name, amount, unit }) => ({
      name: nameOf(name, language),
      ...(amount === undefined ? {} : { amount: measure(amount, unit, language) }),
    })),
    steps: steps.map(({ method, keys, minutes: time }) => {
      const things = keys.map((name) => nameOf(name, language)).join(', ');
      const with_ = things === '' ? '' : `: ${things}`;
      const how = time === undefined ? '' : ` (${measure(time, 'min', language)})`;
      return `${METHODS[method][language]}${with_}${how}.`;
    }),
    source: 'rules',
    rule: key,
  };
}
