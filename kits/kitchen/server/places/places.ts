/**
 * Shops and geofences: where they are.
 *
 * @module
 */
import { type Tidings, TidingsError } from '@tidings/server/kit';
import { readId } from '../ids.ts';
import { requireMember } from '../menu/menus.ts';
import { nameText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { boxAround, distance, type Position } from './distance.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];

/** How large a place may be, metres: what is smaller than positions are precise is nowhere. */
export const MIN_RADIUS = 100;
export const MAX_RADIUS = 5000;

/** So far beyond its edge one is still there, metres: what is rounded may jump that far. */
const EDGE = 150;

const MAX_SHOPS = 50_000;
const MAX_GEOFENCES = 20;

/** Places looked at around one position. */
const MAX_NEAR = 500;

/** A shop, or a geofence of a group. */
interface Place extends Position {
  readonly id: number;
  readonly shop: string | null;
  readonly group: number | null;
  readonly name: string;
  readonly sells: readonly string[];
}

/** How near one is to a place. */
export interface NearPlace extends Place {
  /** Within its radius; else only so near that one who was there still is. */
  readonly inside: boolean;
}

/** A circle with a name. */
export interface Circle extends Position {
  readonly name: string;
  /** Metres. */
  readonly radius: number;
}

/** A shop as a backend has it. */
export interface Shop extends Circle {
  readonly id: string;
  readonly sells: readonly string[];
}

/** A geofence as the members of its group have it. */
export interface Geofence extends Circle {
  readonly id: string;
}

/** The places that one is at, or was and may still be; of groups those alone that the user is in. */
export async function placesNear(db: Db, user: string, position: Position): Promise<readonly NearPlace[]> {
  const { south, north, west, east } = boxAround(position, MAX_RADIUS + EDGE);
  const rows = await db
    .selectFrom('kitchen_places')
    .selectAll()
    .where('latitude', '>=', south)
    .where('latitude', '<=', north)
    .where(({ eb, and, or }) => {
      const sides = [eb('longitude', '>=', west), eb('longitude', '<=', east)];
      return west <= east ? and(sides) : or(sides);
    })
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('group', 'is', null),
        eb(
          'group',
          'in',
          selectFrom('kitchen_group_members').select('group').where('kitchen_group_members.user', '=', user),
        ),
      ]),
    )
    .execute();
  return rows
    .map((row) => ({ row, beyond: distance(position, row) - row.radius }))
    .filter(({ beyond }) => beyond <= EDGE)
    .toSorted((one, other) => one.beyond - other.beyond)
    .slice(0, MAX_NEAR)
    .map(({ row: { radius: _, sells, ...place }, beyond }) => ({
      ...place,
      sells: JSON.parse(sells) as string[],
      inside: beyond <= 0,
    }));
}

/** The shops, by id, those after `after`. */
export async function readShops(
  db: Db,
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly Shop[]> {
  const rows = await db
    .selectFrom('kitchen_places')
    .selectAll()
    .where('shop', '>', after)
    .orderBy('shop')
    .limit(limit)
    .execute();
  return rows.map(({ shop, sells, ...circle }) => ({
    ...toCircle(circle),
    id: shop ?? '',
    sells: JSON.parse(sells) as string[],
  }));
}

/** Says where a shop is and what it sells. @throws TidingsError `invalid_request`, `limit_reached`. */
export async function putShop(tidings: Kitchen, { id: shop, sells, ...circle }: Shop): Promise<Shop> {
  const values = {
    ...cleanCircle(circle, 'The name of a shop'),
    sells: JSON.stringify([...new Set(sells.map((name) => nameText(name, 'What a shop sells')))]),
  };
  return tidings.transaction(async ({ db }) => {
    await db
      .insertInto('kitchen_places')
      .values({ ...values, shop, group: null })
      .onConflict((conflict) => conflict.column('shop').doUpdateSet(values))
      .execute();
    const { shops } = await db
      .selectFrom('kitchen_places')
      .select(({ fn }) => fn.count('shop').as('shops'))
      .executeTakeFirstOrThrow();
    if (Number(shops) > MAX_SHOPS)
      throw new TidingsError('limit_reached', `There are ${MAX_SHOPS} shops at most.`);
    return { id: shop, ...values, sells: JSON.parse(values.sells) as string[] };
  });
}

/** Removes a shop. @throws TidingsError `not_found`. */
export async function removeShop({ db }: Kitchen, shop: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('kitchen_places')
    .where('shop', '=', shop)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw new TidingsError('not_found', 'There is no such shop.');
}

/** A group's geofences. @throws TidingsError `not_found` to those who are no members. */
export async function readGeofences(db: Db, user: string, group: string): Promise<readonly Geofence[]> {
  await requireMember(db, group, user);
  const rows = await db
    .selectFrom('kitchen_places')
    .selectAll()
    .where('group', '=', Number(group))
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ id: String(row.id), ...toCircle(row) }));
}

/** Sets a geofence. @throws TidingsError `not_found` to those who are no members, `invalid_request`, `limit_reached`. */
export async function addGeofence(
  tidings: Kitchen,
  user: string,
  group: string,
  circle: Circle,
): Promise<Geofence> {
  const values = cleanCircle(circle, 'The name of a geofence');
  return tidings.transaction(async ({ db }) => {
    await requireMember(db, group, user);
    const { id } = await db
      .insertInto('kitchen_places')
      .values({ ...values, shop: null, group: Number(group), sells: '[]' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const fences = await readGeofences(db, user, group);
    if (fences.length > MAX_GEOFENCES)
      throw new TidingsError('limit_reached', `A group has ${MAX_GEOFENCES} geofences at most.`);
    return { id: String(id), ...values };
  });
}

/** Removes a geofence. @throws TidingsError `not_found`. */
export async function removeGeofence(
  { db }: Kitchen,
  user: string,
  group: string,
  geofence: string,
): Promise<void> {
  await requireMember(db, group, user);
  const { numDeletedRows } = await db
    .deleteFrom('kitchen_places')
    .where('group', '=', Number(group))
    .where('id', '=', readId(geofence) ?? 0)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw new TidingsError('not_found', 'There is no such geofence.');
}

function cleanCircle({ name, latitude, longitude, radius }: Circle, what: string): Circle {
  return { name: nameText(name, what), latitude, longitude, radius };
}

function toCircle({ name, latitude, longitude, radius }: Circle): Circle {
  return { name, latitude, longitude, radius };
}
