/**
 * What is in the fridges: a user's own, and those of their households.
 *
 * @module
 */
import { type KitTransaction, type Tidings, TidingsError } from '@tidings/server/kit';
import { groupChannel, userChannel } from '../channels.ts';
import { isMember } from '../groups/groups.ts';
import { readId } from '../ids.ts';
import { addDays, isDate, localTime } from '../local-time.ts';
import { anyText, nameText } from '../plain-text.ts';
import type { KitchenTables } from '../tables.ts';
import { fromThousandths, toThousandths } from '../thousandths.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Transaction = KitTransaction<KitchenTables>;
type Row = Awaited<ReturnType<ReturnType<typeof selectItems>['executeTakeFirstOrThrow']>>;

/** A thing in a fridge. */
export interface FridgeItem {
  readonly id: string;
  readonly name: string;
  readonly quantity: number;
  readonly unit: string;
  /** The last good day, `YYYY-MM-DD`. */
  readonly best_before: string | null;
  /** It is wanted from the next shop. */
  readonly running_out: boolean;
  /** The household it belongs to; null is the user alone. */
  readonly group_id: string | null;
  readonly added_by: string;
  /** ISO 8601. */
  readonly added_at: string;
}

/** What a user may say of a thing. */
export interface ItemFields {
  readonly name: string;
  /** @default 1 */
  readonly quantity?: number | undefined;
  /** @default '' */
  readonly unit?: string | undefined;
  readonly best_before?: string | null | undefined;
  /** @default false */
  readonly running_out?: boolean | undefined;
}

/** How far from today a date may be. */
const DAYS_BEFORE = 3660;
const DAYS_AFTER = 36_600;

/** Things of a fridge, those that expire first at the top. @param group whose; `undefined`: the user's own. @throws TidingsError `not_found`. */
export async function readItems(
  db: Db,
  user: string,
  group: string | undefined,
): Promise<readonly FridgeItem[]> {
  const owner = await ownerOf(db, user, group);
  const rows = await selectItems(db)
    .where('user', owner.user === null ? 'is' : '=', owner.user)
    .where('group', owner.group === null ? 'is' : '=', owner.group)
    .orderBy('id')
    .execute();
  return rows.map(toItem).toSorted(byDate);
}

/** Things of all fridges that a user has a part in; with `group`, of that household alone. @throws TidingsError `not_found`. */
export async function readAllItems(db: Db, user: string, group?: string): Promise<readonly FridgeItem[]> {
  if (group !== undefined) return readItems(db, user, group);
  const rows = await selectVisible(db, user).orderBy('id').execute();
  return rows.map(toItem).toSorted(byDate);
}

/** One thing. @throws TidingsError `not_found`, also to those whose it is not. */
export async function readItem(db: Db, user: string, item: string): Promise<FridgeItem> {
  return toItem(await requireRow(db, user, item));
}

/**
 * Puts something into a fridge. @param most things that may be in it.
 *
 * @throws TidingsError `not_found`, `invalid_request`, `limit_reached`, `key_conflict`.
 */
export async function addItem(
  tidings: Kitchen,
  user: string,
  fields: ItemFields & { readonly group_id?: string | undefined; readonly key?: string | undefined },
  most: number,
): Promise<FridgeItem> {
  const now = tidings.clock.now();
  const { quantity = 1, unit = '', running_out: wanted = false } = fields;
  const best = fields.best_before ?? null;
  checkDate(best, now);
  const values = {
    name: nameText(fields.name, 'The name of an item'),
    amount: toThousandths(quantity),
    unit: anyText(unit, 'A unit'),
    best_before: best,
    running_out: wanted ? 1 : 0,
  };
  const key = fields.key ?? null;
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const owner = await ownerOf(db, user, fields.group_id);
    const row = await db
      .insertInto('kitchen_fridge_items')
      .values({ ...values, ...owner, added_by: user, key, at: now, dated_at: now })
      .onConflict((conflict) => conflict.columns(['added_by', 'key']).doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
    if (!row) return repeated(db, user, key, { ...values, ...owner });
    const { items } = await db
      .selectFrom('kitchen_fridge_items')
      .select(({ fn }) => fn.countAll().as('items'))
      .where('user', owner.user === null ? 'is' : '=', owner.user)
      .where('group', owner.group === null ? 'is' : '=', owner.group)
      .executeTakeFirstOrThrow();
    // Throwing takes back what was written.
    if (Number(items) > most)
      throw new TidingsError('limit_reached', `A fridge holds ${most} items at most.`);
    const item = toItem(row);
    await tellChanged(transaction, item, row.user);
    return item;
  });
}

/** Changes what is given. With another date it is told of again. @throws TidingsError `not_found`, `invalid_request`. */
export async function changeItem(
  tidings: Kitchen,
  user: string,
  item: string,
  changes: Partial<ItemFields>,
): Promise<FridgeItem> {
  const now = tidings.clock.now();
  const { name, quantity, unit, best_before: best, running_out: wanted } = changes;
  checkDate(best ?? null, now);
  const values = {
    ...(name === undefined ? {} : { name: nameText(name, 'The name of an item') }),
    ...(quantity === undefined ? {} : { amount: toThousandths(quantity) }),
    ...(unit === undefined ? {} : { unit: anyText(unit, 'A unit') }),
    ...(best === undefined ? {} : { best_before: best }),
    ...(wanted === undefined ? {} : { running_out: wanted ? 1 : 0 }),
  };
  return tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const before = await requireRow(db, user, item);
    if (Object.keys(values).length === 0) return toItem(before);
    const dated = best !== undefined && best !== before.best_before ? { dated_at: now } : {};
    const row = await db
      .updateTable('kitchen_fridge_items')
      .set({ ...values, ...dated })
      .where('id', '=', before.id)
      .returning(COLUMNS)
      .executeTakeFirst();
    // Somebody else has taken it out meanwhile.
    if (!row) throw noSuchItem();
    const changed = toItem(row);
    await tellChanged(transaction, changed, row.user);
    return changed;
  });
}

/** Takes something out of a fridge. @throws TidingsError `not_found`. */
export async function removeItem(tidings: Kitchen, user: string, item: string): Promise<void> {
  await tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const { id, user: owner, group } = await requireRow(db, user, item);
    const { numDeletedRows } = await db
      .deleteFrom('kitchen_fridge_items')
      .where('id', '=', id)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw noSuchItem();
    const group_id = group === null ? null : String(group);
    await tell(transaction, owner, group_id, 'FridgeItemRemoved', { item_id: item, group_id });
  });
}

/** Whose something is: a user's alone or a household's. */
type Owner =
  | { readonly user: string; readonly group: null }
  | { readonly user: null; readonly group: number };

/** @throws TidingsError `not_found` for a household of which the user is no member. */
async function ownerOf(db: Db, user: string, group: string | undefined): Promise<Owner> {
  if (group === undefined) return { user, group: null };
  if (!(await isMember(db, group, user))) throw new TidingsError('not_found', 'There is no such group.');
  return { user: null, group: Number(group) };
}

async function repeated(
  db: Db,
  user: string,
  key: string | null,
  asked: Owner & Pick<Row, 'name' | 'amount' | 'unit' | 'best_before' | 'running_out'>,
): Promise<FridgeItem> {
  const row = await selectItems(db)
    .where('added_by', '=', user)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  const same = (Object.keys(asked) as (keyof typeof asked)[]).every((field) => row[field] === asked[field]);
  if (!same) throw new TidingsError('key_conflict');
  return toItem(row);
}

async function requireRow(db: Db, user: string, item: string): Promise<Row> {
  const id = readId(item);
  const row =
    id === undefined ? undefined : await selectVisible(db, user).where('id', '=', id).executeTakeFirst();
  if (!row) throw noSuchItem();
  return row;
}

function checkDate(date: string | null, now: number): void {
  if (date === null) return;
  if (!isDate(date)) throw new TidingsError('invalid_request', `There is no day ${date}.`);
  const { date: today } = localTime(now, 'UTC');
  if (date < addDays(today, -DAYS_BEFORE) || date > addDays(today, DAYS_AFTER))
    throw new TidingsError('invalid_request', 'This date is ten years ago or more, or a hundred years away.');
}

function tellChanged(transaction: Transaction, item: FridgeItem, owner: string | null): Promise<void> {
  return tell(transaction, owner, item.group_id, 'FridgeItemChanged', { item });
}

/** Tells whoever looks at a fridge. */
async function tell(
  { publish }: Pick<Transaction, 'publish'>,
  owner: string | null,
  group: string | null,
  event: 'FridgeItemChanged' | 'FridgeItemRemoved',
  data: object,
): Promise<void> {
  const channel = group === null ? userChannel(owner ?? '') : groupChannel(group);
  if (channel) await publish({ channel, event, data });
}

const COLUMNS = [
  'id',
  'user',
  'group',
  'name',
  'amount',
  'unit',
  'best_before',
  'running_out',
  'added_by',
  'at',
] as const;

function selectItems(db: Db) {
  return db.selectFrom('kitchen_fridge_items').select(COLUMNS);
}

/** What a user has a part in. */
function selectVisible(db: Db, user: string) {
  return selectItems(db).where(({ eb, or, selectFrom }) =>
    or([
      eb('kitchen_fridge_items.user', '=', user),
      eb(
        'kitchen_fridge_items.group',
        'in',
        selectFrom('kitchen_group_members').select('group').where('kitchen_group_members.user', '=', user),
      ),
    ]),
  );
}

function toItem(row: Row): FridgeItem {
  return {
    id: String(row.id),
    name: row.name,
    quantity: fromThousandths(row.amount),
    unit: row.unit,
    best_before: row.best_before,
    running_out: row.running_out === 1,
    group_id: row.group === null ? null : String(row.group),
    added_by: row.added_by,
    added_at: new Date(row.at).toISOString(),
  };
}

/** What keeps for ever comes last. */
function byDate(one: FridgeItem, other: FridgeItem): number {
  const [a, b] = [one.best_before ?? '~', other.best_before ?? '~'];
  return a === b ? 0 : a < b ? -1 : 1;
}

function noSuchItem(): TidingsError {
  return new TidingsError('not_found', 'There is no such item.');
}
