/**
 * `/kitchen/place`: a user's own position; `/kitchen/shopping`; `/kitchen/shops` for backends; a group's geofences.
 *
 * @module
 */
import { type Static, type Tidings, Type } from '@tidings/server/kit';
import type { KitPart } from '../../../shared/server/compose-kit.ts';
import { requireBackend, requireUser } from '../callers.ts';
import { AnyId } from '../ids.ts';
import type { KitchenTables } from '../tables.ts';
import { readNeeds } from './needs.ts';
import {
  addGeofence,
  MAX_RADIUS,
  MIN_RADIUS,
  putShop,
  readGeofences,
  readShops,
  removeGeofence,
  removeShop,
} from './places.ts';
import type { Positions } from './positions.ts';
import { forgetPlace, readSettings, setSettings, updatePlace } from './visits.ts';

type App = Parameters<NonNullable<KitPart<KitchenTables>['routes']>>[0];

const MAX_NAME = 100;
const MAX_SELLS = 300;
const DEFAULT_PAGE = 100;
const MAX_PAGE = 200;

const closed = { additionalProperties: false } as const;
const name = Type.String({ minLength: 1, maxLength: MAX_NAME });
const position = {
  latitude: Type.Number({ minimum: -90, maximum: 90, description: 'Degrees.' }),
  longitude: Type.Number({ minimum: -180, maximum: 180, description: 'Degrees.' }),
};
const circle = {
  name,
  ...position,
  radius: Type.Integer({ minimum: MIN_RADIUS, maximum: MAX_RADIUS, description: 'Metres.' }),
};

/** A position, as a client tells it. */
export const PositionData = Type.Object(position, closed);

const Settings = Type.Object(
  { enabled: Type.Optional(Type.Boolean()), share: Type.Optional(Type.Boolean()) },
  closed,
);
const ShopBody = Type.Object({ ...circle, sells: Type.Array(name, { maxItems: MAX_SELLS }) }, closed);
const ShopParams = Type.Object({ shop: AnyId });
const ShopQuery = Type.Object({
  after: Type.Optional(AnyId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});
const FenceBody = Type.Object(circle, closed);
const GroupParams = Type.Object({ group: AnyId });
const FenceParams = Type.Object({ group: AnyId, geofence: AnyId });

const userOnly = [{ userToken: [] }];
const backendOnly = [{ apiKey: [] }];

/** Adds the routes. */
export function placeRoutes(app: App, tidings: Tidings<KitchenTables>, positions: Positions): void {
  const { db } = tidings;
  userRoutes(app, tidings, positions);

  app.get<{ Querystring: Static<typeof ShopQuery> }>(
    '/kitchen/shops',
    { schema: { security: backendOnly, summary: 'The shops, by id', querystring: ShopQuery } },
    async (request) => {
      await requireBackend(tidings, request);
      const { after, limit = DEFAULT_PAGE } = request.query;
      const shops = await readShops(db, { after, limit });
      return { shops, next: shops.length < limit ? null : (shops.at(-1)?.id ?? null) };
    },
  );

  app.put<{ Params: Static<typeof ShopParams>; Body: Static<typeof ShopBody> }>(
    '/kitchen/shops/:shop',
    {
      schema: {
        security: backendOnly,
        summary: 'Say where a shop is and what it sells',
        params: ShopParams,
        body: ShopBody,
      },
      onRequest: (request) => requireBackend(tidings, request),
    },
    ({ params, body }) => putShop(tidings, { id: params.shop, ...body }),
  );

  app.delete<{ Params: Static<typeof ShopParams> }>(
    '/kitchen/shops/:shop',
    { schema: { security: backendOnly, summary: 'Remove a shop', params: ShopParams } },
    async (request, reply) => {
      await requireBackend(tidings, request);
      await removeShop(tidings, request.params.shop);
      return reply.code(204).send();
    },
  );

  app.get<{ Params: Static<typeof GroupParams> }>(
    '/kitchen/groups/:group/geofences',
    { schema: { security: userOnly, summary: 'A group’s geofences', params: GroupParams } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return { geofences: await readGeofences(db, user, request.params.group) };
    },
  );

  app.post<{ Params: Static<typeof GroupParams>; Body: Static<typeof FenceBody> }>(
    '/kitchen/groups/:group/geofences',
    {
      schema: {
        security: userOnly,
        summary: 'Have a group told who comes to a place, of those who share that',
        params: GroupParams,
        body: FenceBody,
      },
    },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      return reply.code(201).send(await addGeofence(tidings, user, request.params.group, request.body));
    },
  );

  app.delete<{ Params: Static<typeof FenceParams> }>(
    '/kitchen/groups/:group/geofences/:geofence',
    { schema: { security: userOnly, summary: 'Remove a geofence', params: FenceParams } },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      await removeGeofence(tidings, user, request.params.group, request.params.geofence);
      return reply.code(204).send();
    },
  );
}

function userRoutes(app: App, tidings: Tidings<KitchenTables>, positions: Positions): void {
  const { db } = tidings;

  app.get(
    '/kitchen/place',
    {
      schema: { security: userOnly, summary: 'What is known of where one is, and what one has opted in to' },
    },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return { ...(await readSettings(db, user)), position: positions.get(user) ?? null };
    },
  );

  app.put<{ Body: Static<typeof PositionData> }>(
    '/kitchen/place',
    { schema: { security: userOnly, summary: 'Tell one’s position', body: PositionData } },
    async (request) => updatePlace(tidings, positions, await requireUser(tidings, request), request.body),
  );

  app.delete(
    '/kitchen/place',
    { schema: { security: userOnly, summary: 'Have one’s position forgotten' } },
    async (request, reply) => {
      const { user } = await requireUser(tidings, request);
      await forgetPlace(tidings, positions, user);
      return reply.code(204).send();
    },
  );

  app.put<{ Body: Static<typeof Settings> }>(
    '/kitchen/place/settings',
    {
      schema: {
        security: userOnly,
        summary: 'Opt in to positions (`enabled`) and to telling one’s groups of them (`share`), or out',
        body: Settings,
      },
    },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return setSettings(tidings, positions, user, request.body);
    },
  );

  app.get(
    '/kitchen/shopping',
    { schema: { security: userOnly, summary: 'What one has to buy' } },
    async (request) => {
      const { user } = await requireUser(tidings, request);
      return { needs: await readNeeds(db, user) };
    },
  );
}
