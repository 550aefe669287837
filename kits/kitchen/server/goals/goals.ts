/**
 * Goals: an amount to get to, and how much of it there is.
 *
 * A goal is achieved while its progress is the target or more. The user is told of it once in a goal's life: progress may
 * be taken back, and then the goal is open again, but reaching it again tells nobody; and its target stays from then on.
 *
 * @module
 */
import { type KitTransaction, sql, type Tidings, TidingsError } from '@tidings/server/kit';
import { userChannel } from '../channels.ts';
import { readId } from '../ids.ts';
import { anyText, nameText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';
import { fromThousandths, toThousandths } from '../thousandths.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Transaction = KitTransaction<KitchenTables>;
type Row = Awaited<ReturnType<ReturnType<typeof selectGoals>['executeTakeFirstOrThrow']>>;

/** A goal as its user sees it. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  readonly target: number;
  readonly unit: string;
  readonly progress: number;
  readonly achieved: boolean;
  /** ISO 8601. */
  readonly achieved_at: string | null;
  /** ISO 8601. */
  readonly created_at: string;
}

/** Goals that a user may have. */
const MAX_GOALS = 100;

/** What a goal may come to. */
export const MAX_AMOUNT = 1_000_000_000;

const MIN_AMOUNT = 0.001;

/** How long the keys of steps are remembered, milliseconds. */
const KEY_WINDOW = 24 * 60 * 60 * 1000;

/** A user's goals, the newest first. */
export async function readGoals(db: Db, user: string): Promise<readonly Goal[]> {
  const rows = await selectGoals(db).where('user', '=', user).orderBy('id', 'desc').execute();
  return rows.map(toGoal);
}

/** One goal. @throws TidingsError `not_found`, also to those whose it is not. */
export async function readGoal(db: Db, user: string, goal: string): Promise<Goal> {
  return toGoal(await requireRow(db, user, goal));
}

/** Sets a goal. @throws TidingsError `invalid_request`, `limit_reached`, `key_conflict`. */
export async function createGoal(
  tidings: Kitchen,
  user: string,
  {
    key: given,
    ...fields
  }: {
    readonly title: string;
    readonly target: number;
    readonly unit?: string | undefined;
    readonly key?: string | undefined;
  },
): Promise<Goal> {
  const key = given ?? null;
  const values = {
    title: nameText(fields.title, 'The title of a goal'),
    target: targetOf(fields.target),
    unit: anyText(fields.unit ?? '', 'A unit'),
  };
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const row = await db
      .insertInto('kitchen_goals')
      .values({ ...values, user, progress: 0, achieved_at: null, told: 0, key, at: tidings.clock.now() })
      .onConflict((conflict) => conflict.columns(['user', 'key']).doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
    if (!row) {
      const known = await selectGoals(db)
        .where('user', '=', user)
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (known.title !== values.title || known.target !== values.target || known.unit !== values.unit)
        throw new TidingsError('key_conflict');
      return toGoal(known);
    }
    const { goals } = await db
      .selectFrom('kitchen_goals')
      .select(({ fn }) => fn.countAll().as('goals'))
      .where('user', '=', user)
      .executeTakeFirstOrThrow();
    if (Number(goals) > MAX_GOALS)
      throw new TidingsError('limit_reached', `One has ${MAX_GOALS} goals at most.`);
    const goal = toGoal(row);
    await tellChanged(transaction, user, goal);
    return goal;
  });
}

/** Changes what is given. @throws TidingsError `not_found`, `invalid_request`: the target of a goal that was told of stays. */
export async function changeGoal(
  tidings: Kitchen,
  user: string,
  goal: string,
  { title, target, unit }: { readonly title?: string; readonly target?: number; readonly unit?: string },
): Promise<Goal> {
  const values = {
    ...(title === undefined ? {} : { title: nameText(title, 'The title of a goal') }),
    ...(target === undefined ? {} : { target: targetOf(target) }),
    ...(unit === undefined ? {} : { unit: anyText(unit, 'A unit') }),
  };
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const before = await requireRow(db, user, goal);
    if (Object.keys(values).length === 0) return toGoal(before);
    let update = db.updateTable('kitchen_goals').set(values).where('id', '=', before.id);
    // What somebody else reaches meanwhile counts.
    if (target !== undefined && values.target !== before.target) update = update.where('told', '=', 0);
    const row = await update.returning(COLUMNS).executeTakeFirst();
    if (!row)
      throw new TidingsError('invalid_request', 'A goal that was achieved keeps its target; set a new goal.');
    return settle(tidings, transaction, user, row);
  });
}

/**
 * Adds to the progress of a goal; less than 0 takes back.
 *
 * @throws TidingsError `not_found`, `invalid_request` when it would be less than nothing or too much, `key_conflict`.
 */
export async function addProgress(
  tidings: Kitchen,
  user: string,
  goal: string,
  { by, key }: { readonly by: number; readonly key?: string | undefined },
): Promise<Goal> {
  const amount = toThousandths(by);
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const before = await requireRow(db, user, goal);
    if (key !== undefined && !(await isFirst(db, { goal: before.id, key, amount, at: tidings.clock.now() })))
      return readGoal(db, user, goal);
    const row = await db
      .updateTable('kitchen_goals')
      .set({ progress: sql<number>`progress + ${amount}` })
      .where('id', '=', before.id)
      .where(sql<number>`progress + ${amount}`, '>=', 0)
      .where(sql<number>`progress + ${amount}`, '<=', toThousandths(MAX_AMOUNT))
      .returning(COLUMNS)
      .executeTakeFirst();
    // Throwing takes the key back, too.
    if (!row) throw new TidingsError('invalid_request', `Progress stays between 0 and ${MAX_AMOUNT}.`);
    return settle(tidings, transaction, user, row);
  });
}

/** Removes a goal. @throws TidingsError `not_found`. */
export async function removeGoal(tidings: Kitchen, user: string, goal: string): Promise<void> {
  await tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const row = await requireRow(db, user, goal);
    await db.deleteFrom('kitchen_goals').where('id', '=', row.id).execute();
    await tellChanged(transaction, user, toGoal(row), true);
  });
}

/** Forgets keys under which no repeat comes any more. */
export async function forgetSteps({ db, clock }: Kitchen): Promise<void> {
  await db
    .deleteFrom('kitchen_goal_steps')
    .where('at', '<', clock.now() - KEY_WINDOW)
    .execute();
}

/** Opens or closes a goal as its progress says, and tells of it. Each statement waits for whoever changes the same goal. */
async function settle(tidings: Kitchen, transaction: Transaction, user: string, row: Row): Promise<Goal> {
  const { db } = transaction;
  const achieved = row.progress >= row.target;
  const settled =
    achieved === (row.achieved_at !== null)
      ? row
      : await db
          .updateTable('kitchen_goals')
          .set({ achieved_at: achieved ? tidings.clock.now() : null })
          .where('id', '=', row.id)
          .returning(COLUMNS)
          .executeTakeFirstOrThrow();
  const goal = toGoal(settled);
  await tellChanged(transaction, user, goal);
  if (achieved && row.told === 0) {
    await db.updateTable('kitchen_goals').set({ told: 1 }).where('id', '=', row.id).execute();
    await tellUser(transaction, { to: user }, 'GoalAchieved', { goal_id: goal.id, title: goal.title });
  }
  return goal;
}

/** Whether a step comes for the first time under its key. @throws TidingsError `key_conflict`. */
async function isFirst(
  db: Db,
  step: { readonly goal: number; readonly key: string; readonly amount: number; readonly at: number },
): Promise<boolean> {
  const inserted = await db
    .insertInto('kitchen_goal_steps')
    .values(step)
    .onConflict((conflict) => conflict.columns(['goal', 'key']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 1n) return true;
  const { amount } = await db
    .selectFrom('kitchen_goal_steps')
    .select('amount')
    .where('goal', '=', step.goal)
    .where('key', '=', step.key)
    .executeTakeFirstOrThrow();
  if (amount !== step.amount) throw new TidingsError('key_conflict');
  return false;
}

async function tellChanged(
  { publish }: Pick<Transaction, 'publish'>,
  user: string,
  { id: goal_id, title, target, unit, progress, achieved }: Goal,
  deleted = false,
): Promise<void> {
  const channel = userChannel(user);
  const data = { goal_id, title, target, unit, progress, achieved, ...(deleted ? { deleted } : {}) };
  if (channel) await publish({ channel, event: 'GoalChanged', data });
}

async function requireRow(db: Db, user: string, goal: string): Promise<Row> {
  const id = readId(goal);
  const row =
    id === undefined
      ? undefined
      : await selectGoals(db).where('user', '=', user).where('id', '=', id).executeTakeFirst();
  if (!row) throw new TidingsError('not_found', 'There is no such goal.');
  return row;
}

function targetOf(target: number): number {
  if (target < MIN_AMOUNT) throw new TidingsError('invalid_request', `A target is ${MIN_AMOUNT} at least.`);
  return toThousandths(target);
}

const COLUMNS = ['id', 'title', 'target', 'unit', 'progress', 'achieved_at', 'told', 'at'] as const;

function selectGoals(db: Db) {
  return db.selectFrom('kitchen_goals').select(COLUMNS);
}

function toGoal(row: Row): Goal {
  return {
    id: String(row.id),
    title: row.title,
    target: fromThousandths(row.target),
    unit: row.unit,
    progress: fromThousandths(row.progress),
    achieved: row.achieved_at !== null,
    achieved_at: row.achieved_at === null ? null : new Date(row.achieved_at).toISOString(),
    created_at: new Date(row.at).toISOString(),
  };
}
