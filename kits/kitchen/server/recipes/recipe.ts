/**
 * A recipe, as it is kept and shown.
 *
 * @module
 */
import { type Static, Type } from '@tidings/server/kit';

const MAX_TITLE = 200;
const MAX_NAME = 100;
const MAX_AMOUNT = 50;
const MAX_STEP = 1000;
const MAX_LIST = 50;
const MAX_SERVINGS = 100;
const MAX_MINUTES = 10_000;

/** What a recipe is; this is also what a model has to answer. */
export const RecipeText = Type.Object({
  title: Type.String({ minLength: 1, maxLength: MAX_TITLE }),
  servings: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SERVINGS })),
  minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_MINUTES })),
  ingredients: Type.Array(
    Type.Object({
      name: Type.String({ minLength: 1, maxLength: MAX_NAME }),
      amount: Type.Optional(Type.String({ maxLength: MAX_AMOUNT })),
    }),
    { minItems: 1, maxItems: MAX_LIST },
  ),
  steps: Type.Array(Type.String({ minLength: 1, maxLength: MAX_STEP }), { minItems: 1, maxItems: MAX_LIST }),
});

/** What a recipe says. */
export type RecipeText = Static<typeof RecipeText>;

/** Why the endpoint's recipe is none, and the book's is given: it was late, not there, or answered something else. */
export type Fallback = 'timeout' | 'unavailable' | 'bad_answer';

/** A recipe, and where it is from. */
export interface Recipe extends RecipeText {
  /** A model wrote it, or it stands in the kitchen's book. */
  readonly source: 'ai' | 'rules';
  readonly fallback?: Fallback;
  /** The book's own name for it. */
  readonly rule?: string;
}
