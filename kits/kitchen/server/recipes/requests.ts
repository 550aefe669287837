/**
 * Recipes that users have asked for, as they stand in the database.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type KitTransaction, type Tidings, TidingsError } from '@tidings/server/kit';
import { userChannel } from '../channels.ts';
import { isMember } from '../groups/groups.ts';
import { readId } from '../ids.ts';
import { anyText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';
import type { Recipe } from './recipe.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Transaction = KitTransaction<KitchenTables>;
type Row = Awaited<ReturnType<ReturnType<typeof selectRequests>['executeTakeFirstOrThrow']>>;

/** How a request ended, or that it has not. */
type State = 'running' | 'done' | 'failed' | 'cancelled';

/** What is being done. */
export type Step = 'waiting' | 'reading' | 'asking' | 'writing' | 'checking' | 'choosing' | 'done';

/** A request as its user sees it. */
export interface RecipeRequest {
  readonly id: string;
  readonly state: State;
  readonly step: Step;
  /** From 0 to 1. */
  readonly progress: number;
  readonly wish: string;
  readonly group_id: string | null;
  readonly recipe: Recipe | null;
  readonly error: { readonly code: 'internal'; readonly message: string } | null;
  /** The user shops for it. */
  readonly chosen: boolean;
  /** ISO 8601. */
  readonly created_at: string;
}

/** What a user asks for. */
export interface Wish {
  readonly wish?: string | undefined;
  readonly group_id?: string | undefined;
  readonly servings?: number | undefined;
  readonly key?: string | undefined;
}

/** What somebody works at. */
export interface Work {
  readonly id: number;
  readonly user: string;
  readonly group: string | undefined;
  readonly wish: string;
  readonly servings: number | undefined;
  readonly run: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** How often a request is begun that no server ends. */
const MAX_ATTEMPTS = 3;

/** Requests taken up at once. */
const CHUNK = 100;

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

/** Says how far a work is. @returns whether it is still wanted: not cancelled, and nobody else's. */
export async function advance(
  tidings: Kitchen,
  { id, run }: Work,
  step: Step,
  progress: number,
): Promise<boolean> {
  return tidings.transaction(async (transaction) => {
    const row = await transaction.db
      .updateTable('kitchen_recipes')
      .set({ step, progress })
      .where('id', '=', id)
      .where('run', '=', run)
      .where('state', '=', 'running')
      .returning(COLUMNS)
      .executeTakeFirst();
    if (row) await tellProgress(transaction, row);
    return row !== undefined;
  });
}

/** Ends a work with its recipe, and tells the user; nothing happens when it is no longer wanted. */
export async function finish(tidings: Kitchen, { id, run, user }: Work, recipe: Recipe): Promise<void> {
  await tidings.transaction(async (transaction) => {
    const row = await transaction.db
      .updateTable('kitchen_recipes')
      .set({
        state: 'done',
        step: 'done',
        progress: 1,
        run: '',
        recipe: JSON.stringify(recipe),
        finished_at: tidings.clock.now(),
      })
      .where('id', '=', id)
      .where('run', '=', run)
      .where('state', '=', 'running')
      .returning(COLUMNS)
      .executeTakeFirst();
    if (!row) return;
    await tellProgress(transaction, row);
    const recipe_id = String(id);
    await tellUser(transaction, { to: user }, 'RecipeGenerated', {
      recipe_id,
      request_id: recipe_id,
      title: recipe.title,
    });
  });
}

/** Gives a work back, as if it had not been begun: the next who looks takes it. */
export async function release({ db }: Kitchen, { id, run }: Work): Promise<void> {
  await db
    .updateTable('kitchen_recipes')
    .set(({ eb }) => ({ lease: 0, attempts: eb('attempts', '-', 1) }))
    .where('id', '=', id)
    .where('run', '=', run)
    .where('state', '=', 'running')
    .execute();
}

/**
 * Takes up what nobody works at any more; what was begun too often fails.
 *
 * @param lease as of {@link createRequest}.
 * @param isHere tells the ids of what is under way here, whatever the time of day has become since it was begun.
 */
export async function takeUp(
  tidings: Kitchen,
  lease: number,
  isHere: (id: number) => boolean,
): Promise<readonly Work[]> {
  const now = tidings.clock.now();
  const left = await tidings.db
    .selectFrom('kitchen_recipes')
    .select(['id', 'run', 'attempts'])
    .where('state', '=', 'running')
    .where('lease', '<=', now)
    .orderBy('id')
    .limit(CHUNK)
    .execute();
  const taken: Work[] = [];
  for (const { id, run, attempts } of left) {
    if (isHere(id)) continue;
    const exhausted = attempts >= MAX_ATTEMPTS;
    await tidings.transaction(async (transaction) => {
      const row = await transaction.db
        .updateTable('kitchen_recipes')
        .set(
          exhausted
            ? { state: 'failed', run: '', error: FAILED, finished_at: now }
            : { run: randomUUID(), attempts: attempts + 1, lease: now + lease, step: 'waiting', progress: 0 },
        )
        .where('id', '=', id)
        .where('run', '=', run)
        .where('state', '=', 'running')
        .where('lease', '<=', now)
        .returning(COLUMNS)
        .executeTakeFirst();
      // Another server was first, or the user has cancelled it.
      if (!row) return;
      await tellProgress(transaction, row);
      if (!exhausted) taken.push(toWork(row));
    });
  }
  return taken;
}

/** Deletes what was removed and counts for no day any more. */
export async function forgetRemoved({ db, clock }: Kitchen): Promise<void> {
  await db
    .deleteFrom('kitchen_recipes')
    .where('state', '=', 'removed')
    .where('at', '<=', clock.now() - DAY)
    .execute();
}

const FAILED = 'The recipe could not be made; ask again.';

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

async function tellProgress({ publish }: Pick<Transaction, 'publish'>, row: Row): Promise<void> {
  const channel = userChannel(row.user);
  const { id: request_id, state, step, progress, error } = toRequest(row);
  const data = { request_id, state, step, progress, ...(error === null ? {} : { error }) };
  if (channel) await publish({ channel, event: 'RecipeProgress', data });
}

async function requireRow(db: Db, user: string, request: string): Promise<Row> {
  const id = readId(request);
  const row =
    id === undefined ? undefined : await selectVisible(db, user).where('id', '=', id).executeTakeFirst();
  if (!row) throw new TidingsError('not_found', 'There is no such recipe.');
  return row;
}

const COLUMNS = [
  'id',
  'user',
  'group',
  'wish',
  'servings',
  'state',
  'step',
  'progress',
  'run',
  'recipe',
  'error',
  'chosen',
  'at',
] as const;

function selectRequests(db: Db) {
  return db.selectFrom('kitchen_recipes').select(COLUMNS);
}

function selectVisible(db: Db, user: string) {
  return selectRequests(db).where('user', '=', user).where('state', '!=', 'removed');
}

function toWork({ id, user, group, wish, servings, run }: Row): Work {
  return {
    id,
    user,
    wish,
    run,
    group: group === null ? undefined : String(group),
    servings: servings ?? undefined,
  };
}

function toRequest(row: Row): RecipeRequest {
  return {
    id: String(row.id),
    state: row.state as State,
    step: row.step as Step,
    progress: row.progress,
    wish: row.wish,
    group_id: row.group === null ? null : String(row.group),
    recipe: row.recipe === null ? null : (JSON.parse(row.recipe) as Recipe),
    error: row.error === null ? null : { code: 'internal', message: row.error },
    chosen: row.chosen === 1,
    created_at: new Date(row.at).toISOString(),
  };
}
