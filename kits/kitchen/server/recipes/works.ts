/**
 * The recipes that are being made: who works at which, and how far they are.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Tidings } from '@tidings/server/kit';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';
import type { Recipe } from './recipe.ts';
import { COLUMNS, type RequestRow, type Step, tellProgress } from './request-rows.ts';

type Kitchen = Tidings<KitchenTables>;

/** What somebody works at. */
export interface Work {
  readonly id: number;
  readonly user: string;
  readonly group: string | undefined;
  readonly wish: string;
  readonly servings: number | undefined;
  readonly run: string;
}

/** How often a request is begun that no server ends. */
const MAX_ATTEMPTS = 3;

/** Requests taken up at once. */
const CHUNK = 100;

/** What a user is told of a request that fails. */
const FAILED = 'The recipe could not be made; ask again.';

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
 * @param lease as of `createRequest`.
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

/** The work that a request is. */
export function toWork({ id, user, group, wish, servings, run }: RequestRow): Work {
  return {
    id,
    user,
    wish,
    run,
    group: group === null ? undefined : String(group),
    servings: servings ?? undefined,
  };
}
