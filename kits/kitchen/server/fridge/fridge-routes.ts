/**
 * `/kitchen/fridge`: a user's own fridge, and with `group_id` that of a household.
 *
 * @module
 */
import { type Static, type Tidings, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireUser } from '../callers.ts';
import { AnyId, Key } from '../ids.ts';
import { localTime } from '../local-time.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { addItem, changeItem, readItem, readItems, removeItem } from './items.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];

const MAX_NAME = 100;
const MAX_UNIT = 20;
const MAX_QUANTITY = 1_000_000;

const fields = {
  name: Type.String({ minLength: 1, maxLength: MAX_NAME }),
  quantity: Type.Number({ minimum: 0, maximum: MAX_QUANTITY, description: 'Kept to thousandths.' }),
  unit: Type.String({ maxLength: MAX_UNIT }),
  best_before: Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Type.Null()], {
    description: 'The last good day where the user is, YYYY-MM-DD; null for what keeps.',
  }),
  running_out: Type.Boolean({ description: 'It is wanted from the next shop.' }),
};
const { name, ...more } = fields;
const closed = { additionalProperties: false } as const;
const Body = Type.Object(
  {
    name,
    ...Type.Partial(Type.Object(more)).properties,
    group_id: Type.Optional(AnyId),
    key: Type.Optional(Key),
  },
  closed,
);
const Changes = Type.Partial(Type.Object(fields), closed);
const Query = Type.Object({ group_id: Type.Optional(AnyId) });
const Params = Type.Object({ item: AnyId });

const security = [{ userToken: [] }];

/** Adds the routes. */
export function fridgeRoutes(
  app: App,
  tidings: Tidings<KitchenTables>,
  { fridgeItems }: Pick<KitchenOptions, 'fridgeItems'>,
): void {
  const { db } = tidings;

  app.get<{ Querystring: Static<typeof Query> }>(
    '/kitchen/fridge',
    {
      schema: { security, summary: 'What is in a fridge, what expires first at the top', querystring: Query },
    },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      const items = await readItems(db, user, request.query.group_id);
      const { timezone } = await tidings.contactOf(user);
      return { today: localTime(tidings.clock.now(), timezone).date, items };
    },
  );

  app.post<{ Body: Static<typeof Body> }>(
    '/kitchen/fridge',
    { schema: { security, summary: 'Put something into a fridge', body: Body } },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      return reply.code(201).send(await addItem(tidings, user, request.body, fridgeItems));
    },
  );

  app.get<{ Params: Static<typeof Params> }>(
    '/kitchen/fridge/:item',
    { schema: { security, summary: 'One item', params: Params } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return readItem(db, user, request.params.item);
    },
  );

  app.patch<{ Params: Static<typeof Params>; Body: Static<typeof Changes> }>(
    '/kitchen/fridge/:item',
    { schema: { security, summary: 'Change an item', params: Params, body: Changes } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return changeItem(tidings, user, request.params.item, request.body);
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    '/kitchen/fridge/:item',
    { schema: { security, summary: 'Take an item out', params: Params } },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      await removeItem(tidings, user, request.params.item);
      return reply.code(204).send();
    },
  );
}
