/**
 * `/kitchen/recipes`: ask for a recipe, see how far it is, and shop for it.
 *
 * @module
 */
import { type Static, type Tidings, TidingsError, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireUser } from '../callers.ts';
import { AnyId, Key, readId } from '../ids.ts';
import type { KitchenTables } from '../tables.ts';
import type { RecipeRuns } from './recipe-runs.ts';
import { cancelOrRemove, choose, createRequest, readRequest, readRequests } from './requests.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];

const MAX_WISH = 500;
const MAX_SERVINGS = 20;
const DEFAULT_PAGE = 20;
const MAX_PAGE = 100;

const Body = Type.Object(
  {
    wish: Type.Optional(Type.String({ maxLength: MAX_WISH, description: 'What one would like to eat.' })),
    servings: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SERVINGS })),
    group_id: Type.Optional(Type.String({ ...AnyId, description: 'Of that household’s fridge alone.' })),
    key: Type.Optional(Key),
  },
  { additionalProperties: false },
);
const Page = Type.Object({
  before: Type.Optional(AnyId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});
const Params = Type.Object({ recipe: AnyId });

const security = [{ userToken: [] }];

/** Adds the routes. */
export function recipeRoutes(
  app: App,
  tidings: Tidings<KitchenTables>,
  { runs, perDay }: { readonly runs: RecipeRuns; readonly perDay: number },
): void {
  const { db } = tidings;

  app.post<{ Body: Static<typeof Body> }>(
    '/kitchen/recipes',
    {
      schema: {
        security,
        summary: 'Ask for a recipe',
        description:
          'Answered at once; `RecipeProgress` tells how far it is, `RecipeGenerated` that it is there. One is made at a time.',
        body: Body,
      },
    },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      const { request: asked, work } = await createRequest(tidings, user, request.body, {
        perDay,
        lease: runs.lease,
      });
      if (work) runs.begin(work);
      return reply.code(202).send(asked);
    },
  );

  app.get<{ Querystring: Static<typeof Page> }>(
    '/kitchen/recipes',
    { schema: { security, summary: 'One’s recipes, the newest first', querystring: Page } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      const { before: given, limit = DEFAULT_PAGE } = request.query;
      const before = given === undefined ? undefined : readId(given);
      if (given !== undefined && before === undefined)
        throw new TidingsError('bad_cursor', '"before" is the "next" of the page before.');
      const recipes = await readRequests(db, user, { before, limit });
      return { recipes, next: recipes.length < limit ? null : (recipes.at(-1)?.id ?? null) };
    },
  );

  app.get<{ Params: Static<typeof Params> }>(
    '/kitchen/recipes/:recipe',
    { schema: { security, summary: 'One recipe', params: Params } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return readRequest(db, user, request.params.recipe);
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    '/kitchen/recipes/:recipe',
    { schema: { security, summary: 'Cancel a recipe that is being made, or remove one', params: Params } },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      const { recipe } = request.params;
      await cancelOrRemove(tidings, user, recipe);
      runs.cancel(Number(recipe));
      return reply.code(204).send();
    },
  );

  for (const [method, summary, chosen] of [
    ['PUT', 'Shop for a recipe, and for no other', true],
    ['DELETE', 'Shop for it no more', false],
  ] as const)
    app.route<{ Params: Static<typeof Params> }>({
      method,
      url: '/kitchen/recipes/:recipe/chosen',
      schema: { security, summary, params: Params },
      handler: async (request) => {
        const { user } = await requireUser(tidings, request);
        return choose(tidings, user, request.params.recipe, chosen);
      },
    });
}
