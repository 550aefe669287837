/**
 * Recipes that users ask for, look at, shop for and remove.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type Tidings, TidingsError } from '@tidings/server/kit';
import { isMember } from '../groups/groups.ts';
import { readId } from '../ids.ts';
import { anyText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import {
  COLUMNS,
  type RecipeRequest,
  type RequestRow,
  selectRequests,
  tellProgress,
  toRequest,
} from './request-rows.ts';
import { toWork, type Work } from './works.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];

/** What a user asks for. */
export interface Wish {
  readonly wish?: string | undefined;
  readonly group_id?: string | undefined;
  readonly servings?: number | undefined;
  readonly key?: string | undefined;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Writes down a request. @param lease milliseconds for which whoever begins it is believed to work at it.
 *
 * @returns the work, which is to be begun now; `undefined` for a repeat under the same key.
 * @throws TidingsError `not_found`, `limit_reached` while another is running, `rate_limited`, `key_conflict`.
 */
export async function createRequest(
  tidings: Kitchen,
  user: string,
  { wish: given = '', group_id: group, servings, key }: Wish,
  { perDay, lease }: { readonly perDay: number; readonly lease: number },
): Promise<{ readonly request: RecipeRequest; readonly work?: Work }> {
  const now = tidings.clock.now();
  const wish = anyText(given, 'A wish');
  const run = randomUUID();
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    if (group !== undefined && !(await isMember(db, group, user)))
      throw new TidingsError('not_found', 'There is no such group.');
    const row = await db
      .insertInto('kitchen_recipes')
      .values({
        user,
        group: group === undefined ? null : Number(group),
        wish,
        servings: servings ?? null,
        state: 'running',
        step: 'waiting',
        progress: 0,
        run,
        attempts: 1,
        lease: now + lease,
        recipe: null,
        error: null,
        chosen: 0,
        key: key ?? null,
        at: now,
        finished_at: null,
      })
      // Its key, or that another is running.
      .onConflict((conflict) => conflict.doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
    if (!row) {
      const known =
        key === undefined
          ? undefined
          : await selectRequests(db).where('user', '=', user).where('key', '=', key).executeTakeFirst();
      if (!known)
        throw new TidingsError('limit_reached', 'One recipe is made at a time; cancel the one that is.');
      if (known.wish !== wish || known.servings !== (servings ?? null))
        throw new TidingsError('key_conflict');
      return { request: toRequest(known) };
    }
    await checkDay(db, user, { now, perDay });
    await tellProgress(transaction, row);
    return { request: toRequest(row), work: toWork(row) };
  });
}

/** Requests of a user, the newest first, those before the id `before`. */
export async function readRequests(
  db: Db,
  user: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly RecipeRequest[]> {
  let query = selectVisible(db, user).orderBy('id', 'desc').limit(limit);
  if (before !== undefined) query = query.where('id', '<', before);
  return (await query.execute()).map(toRequest);
}

/** One request. @throws TidingsError `not_found`, also to those whose it is not. */
export async function readRequest(db: Db, user: string, request: string): Promise<RecipeRequest> {
  return toRequest(await requireRow(db, user, request));
}

/** The recipe that a user shops for. */
export async function readChosen(db: Db, user: string): Promise<RecipeRequest | undefined> {
  const row = await selectVisible(db, user).where('chosen', '=', 1).executeTakeFirst();
  return row && toRequest(row);
}

/** The book's names of the recipes that a user had last. */
export async function readLately(db: Db, user: string, count: number): Promise<readonly string[]> {
  const rows = await selectVisible(db, user)
    .where('state', '=', 'done')
    .orderBy('id', 'desc')
    .limit(count)
    .execute();
  return rows.map(toRequest).flatMap(({ recipe }) => recipe?.rule ?? []);
}

/** Shops for a recipe, and for no other; or for none. @throws TidingsError `not_found`. */
export async function choose(
  tidings: Kitchen,
  user: string,
  request: string,
  chosen: boolean,
): Promise<RecipeRequest> {
  return tidings.transaction(async ({ db }) => {
    // Of choices that come at once each waits here for the one before.
    await db
      .updateTable('kitchen_recipes')
      .set((newest) => ({ chosen: newest.ref('chosen') }))
      .where('id', '=', ({ selectFrom }) =>
        selectFrom('kitchen_recipes as own')
          .select(({ fn }) => fn.max('own.id').as('id'))
          .where('own.user', '=', user),
      )
      .execute();
    const row = await requireRow(db, user, request);
    if (row.recipe === null) throw new TidingsError('not_found', 'This recipe is not there yet.');
    const update = db.updateTable('kitchen_recipes').where('user', '=', user);
    if (chosen) await update.set({ chosen: 0 }).where('chosen', '=', 1).execute();
    await update
      .set({ chosen: chosen ? 1 : 0 })
      .where('id', '=', row.id)
      .execute();
    return toRequest({ ...row, chosen: chosen ? 1 : 0 });
  });
}

/**
 * Ends a request that is running, or removes one that has ended.
 *
 * @throws TidingsError `not_found`.
 */
export async function cancelOrRemove(tidings: Kitchen, user: string, request: string): Promise<void> {
  await tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const { id } = await requireRow(db, user, request);
    const cancelled = await db
      .updateTable('kitchen_recipes')
      .set({ state: 'cancelled', run: '', finished_at: tidings.clock.now() })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .returning(COLUMNS)
      .executeTakeFirst();
    if (cancelled) await tellProgress(transaction, cancelled);
    else
      await db
        .updateTable('kitchen_recipes')
        .set({ state: 'removed', recipe: null, wish: '', chosen: 0, key: null })
        .where('id', '=', id)
        .execute();
  });
}

/** Deletes what was removed and counts for no day any more. */
export async function forgetRemoved({ db, clock }: Kitchen): Promise<void> {
  await db
    .deleteFrom('kitchen_recipes')
    .where('state', '=', 'removed')
    .where('at', '<=', clock.now() - DAY)
    .execute();
}

async function checkDay(
  db: Db,
  user: string,
  { now, perDay }: { readonly now: number; readonly perDay: number },
): Promise<void> {
  const rows = await db
    .selectFrom('kitchen_recipes')
    .select('at')
    .where('user', '=', user)
    .where('at', '>', now - DAY)
    .orderBy('at', 'desc')
    .limit(perDay + 1)
    .execute();
  if (rows.length <= perDay) return;
  // This one is the first of them; there is room once the last has left the day.
  const oldest = rows.at(-1)?.at ?? now;
  throw new TidingsError('rate_limited', `One asks for ${perDay} recipes a day at most.`, {
    retryAfter: oldest + DAY - now,
  });
}

async function requireRow(db: Db, user: string, request: string): Promise<RequestRow> {
  const id = readId(request);
  const row =
    id === undefined ? undefined : await selectVisible(db, user).where('id', '=', id).executeTakeFirst();
  if (!row) throw new TidingsError('not_found', 'There is no such recipe.');
  return row;
}

function selectVisible(db: Db, user: string) {
  return selectRequests(db).where('user', '=', user).where('state', '!=', 'removed');
}
