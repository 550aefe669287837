/**
 * Who comes to which place, and what they are told there.
 *
 * A visit begins inside a place's radius, and ends beyond its edge or when the position was not told for as long as it may
 * be known. Of each there is one notification at most.
 *
 * @module
 */
import { type KitTransaction, type Tidings, TidingsError } from '@tidings/server/kit';
import type { CallingUser } from '../callers.ts';
import { groupChannel, userChannel } from '../channels.ts';
import { cutText } from '../cut-text.ts';
import { sameKey } from '../recipes/ingredients.ts';
import type { KitchenTables } from '../tables.ts';
import { type Position, rounded } from './distance.ts';
import { type Need, readNeeds } from './needs.ts';
import { type NearPlace, placesNear } from './places.ts';
import type { KnownPosition, Positions } from './positions.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Transaction = KitTransaction<KitchenTables>;

/** What a user has opted in to. */
export interface PlaceSettings {
  /** Positions are taken. */
  readonly enabled: boolean;
  /** Their groups are told when they come to one of a group's geofences, and when they go. */
  readonly share: boolean;
}

/** What an update is answered. */
export interface PlaceUpdate extends KnownPosition {
  /** Names of the shops that the user is at. */
  readonly shops: readonly string[];
}

/** Names in one notification. */
const MAX_NAMES = 10;

/** Things in one event. */
const MAX_ITEMS = 50;
const MAX_TEXT = 400;

/** What a user has opted in to; nothing, unless they said so. */
export async function readSettings(db: Db, user: string): Promise<PlaceSettings> {
  const row = await db
    .selectFrom('kitchen_place_settings')
    .selectAll()
    .where('user', '=', user)
    .executeTakeFirst();
  return { enabled: row?.enabled === 1, share: row?.share === 1 };
}

/** Opts in or out; who opts out is forgotten at once. */
export async function setSettings(
  tidings: Kitchen,
  positions: Positions,
  user: string,
  { enabled, share }: { readonly enabled?: boolean | undefined; readonly share?: boolean | undefined },
): Promise<PlaceSettings> {
  // Only what is given is written, since something else of it may be chosen at the same moment.
  const changes = {
    ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
    ...(share === undefined ? {} : { share: share ? 1 : 0 }),
  };
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const before = await readSettings(db, user);
    const row = await db
      .insertInto('kitchen_place_settings')
      .values({ user, enabled: 0, share: 0, ...changes })
      .onConflict((conflict) => conflict.column('user').doUpdateSet({ user, ...changes }))
      .returning(['enabled', 'share'])
      .executeTakeFirstOrThrow();
    const settings = { enabled: row.enabled === 1, share: row.share === 1 };
    if (!settings.enabled) positions.delete(user);
    if (!settings.enabled || (before.share && !settings.share)) await endVisits(transaction, user);
    return settings;
  });
}

/** Forgets where a user is. */
export async function forgetPlace(tidings: Kitchen, positions: Positions, user: string): Promise<void> {
  positions.delete(user);
  await tidings.transaction((transaction) => endVisits(transaction, user));
}

/** Takes a position, rounded, and tells what there is to tell at it. @throws TidingsError `forbidden` to who has not opted in. */
export async function updatePlace(
  tidings: Kitchen,
  positions: Positions,
  caller: CallingUser,
  exact: Position,
): Promise<PlaceUpdate> {
  const { user } = caller;
  const position = rounded(exact);
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    // Who opts out meanwhile waits until this is done, and is then forgotten.
    const settings = await db
      .updateTable('kitchen_place_settings')
      .set((row) => ({ enabled: row.ref('enabled') }))
      .where('user', '=', user)
      .where('enabled', '=', 1)
      .returning('share')
      .executeTakeFirst();
    if (!settings) throw new TidingsError('forbidden', 'This user has not opted in to positions.');
    const known = positions.set(user, position);
    const near = (await placesNear(db, user, position)).filter(
      ({ group }) => group === null || settings.share === 1,
    );
    const at = await visit(transaction, { now: tidings.clock.now(), caller, near, expires: known.expires });
    return { ...known, shops: at.filter(({ shop }) => shop !== null).map(({ name }) => name) };
  });
}

/** Ends the visits of those whose position may not be known any more. */
export async function endSilentVisits(tidings: Kitchen): Promise<void> {
  const now = tidings.clock.now();
  await tidings.transaction(async (transaction) => {
    const ended = await transaction.db
      .deleteFrom('kitchen_visits')
      .where('expires', '<=', now)
      .returning(VISIT)
      .execute();
    await tellLeft(transaction, ended, 'silent');
  });
}

/** @returns the places that the user is at. */
async function visit(
  transaction: Transaction,
  {
    now,
    caller: { user, name },
    near,
    expires,
  }: {
    readonly now: number;
    readonly caller: CallingUser;
    readonly near: readonly NearPlace[];
    readonly expires: number;
  },
): Promise<readonly NearPlace[]> {
  const { db } = transaction;
  const silent = await db
    .deleteFrom('kitchen_visits')
    .where('user', '=', user)
    .where('expires', '<=', now)
    .returning(VISIT)
    .execute();
  await tellLeft(transaction, silent, 'silent');
  const visits = await db.selectFrom('kitchen_visits').select(VISIT).where('user', '=', user).execute();
  const visited = new Set(visits.map(({ place }) => place));
  const at = near.filter(({ id, inside }) => inside || visited.has(id));
  const left = visits.filter(({ place }) => !at.some(({ id }) => id === place));
  if (left.length > 0) {
    const gone = left.map(({ place }) => place);
    const ended = await db
      .deleteFrom('kitchen_visits')
      .where('user', '=', user)
      .where('place', 'in', gone)
      .returning(VISIT)
      .execute();
    await tellLeft(transaction, ended, 'left');
  }
  let needs: readonly Need[] | undefined;
  for (const place of at) {
    const row = await db
      .insertInto('kitchen_visits')
      .values({ user, place: place.id, user_name: name, told: 0, expires })
      .onConflict((conflict) => conflict.columns(['user', 'place']).doUpdateSet({ expires }))
      .returning('told')
      .executeTakeFirstOrThrow();
    if (row.told === 1) continue;
    needs ??= place.group === null ? await readNeeds(db, user) : undefined;
    const told =
      place.group === null
        ? await tellShop(transaction, user, place, needs ?? [])
        : await tellEntered(transaction, { user, name }, place);
    if (told)
      await db
        .updateTable('kitchen_visits')
        .set({ told: 1 })
        .where('user', '=', user)
        .where('place', '=', place.id)
        .execute();
  }
  return at;
}

/** Tells a user that a shop has what they need; @returns whether it does. */
async function tellShop(
  { publish, notify }: Transaction,
  user: string,
  { shop, name, sells }: NearPlace,
  needs: readonly Need[],
): Promise<boolean> {
  const sold = new Set(sells.map(sameKey));
  const items = needs.map((need) => need.name).filter((need) => sold.has(sameKey(need)));
  const channel = userChannel(user);
  if (items.length === 0 || shop === null || !channel) return false;
  await publish({
    channel,
    event: 'ShopNearby',
    data: { shop_id: shop, name, items: items.slice(0, MAX_ITEMS) },
  });
  const names = items.slice(0, MAX_NAMES).join(', ') + (items.length > MAX_NAMES ? ', …' : '');
  await notify(user, {
    template: 'shop-nearby',
    values: { shop: name, count: items.length, names: cutText(names, MAX_TEXT) },
    url: '/kitchen?tab=fridge',
    data: { event: 'ShopNearby', shop_id: shop },
  });
  return true;
}

async function tellEntered(
  { publish }: Transaction,
  { user, name }: CallingUser,
  place: NearPlace,
): Promise<boolean> {
  const group_id = String(place.group);
  await publish({
    channel: groupChannel(group_id),
    event: 'GeofenceEntered',
    data: {
      group_id,
      geofence_id: String(place.id),
      name: place.name,
      user_id: user,
      user_name: name,
    },
  });
  return true;
}

async function endVisits(transaction: Transaction, user: string): Promise<void> {
  const ended = await transaction.db
    .deleteFrom('kitchen_visits')
    .where('user', '=', user)
    .returning(VISIT)
    .execute();
  await tellLeft(transaction, ended, 'silent');
}

/** Tells the groups whose geofences somebody has left. */
async function tellLeft(
  { db, publish }: Transaction,
  visits: readonly { readonly user: string; readonly place: number; readonly user_name: string }[],
  reason: 'left' | 'silent',
): Promise<void> {
  if (visits.length === 0) return;
  const fences = await db
    .selectFrom('kitchen_places')
    .select(['id', 'group', 'name'])
    .where('id', 'in', [...new Set(visits.map(({ place }) => place))])
    .where('group', 'is not', null)
    .execute();
  for (const { user, place, user_name } of visits) {
    const fence = fences.find(({ id }) => id === place);
    if (!fence) continue;
    const group_id = String(fence.group);
    await publish({
      channel: groupChannel(group_id),
      event: 'GeofenceLeft',
      data: {
        group_id,
        geofence_id: String(fence.id),
        name: fence.name,
        user_id: user,
        user_name,
        reason,
      },
    });
  }
}

const VISIT = ['user', 'place', 'user_name'] as const;
