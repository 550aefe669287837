/**
 * Every morning: what will not be good for long.
 *
 * @module
 */
import type { Tidings } from '@tidings/server/kit';
import { addDays, daysBetween, localTime, sinceMorning } from '../local-time.ts';
import type { KitchenOptions } from '../options.ts';
import type { KitchenTables } from '../tables.ts';
import { tellUser } from '../tell-user.ts';
import { fromThousandths } from '../thousandths.ts';

type Kitchen = Tidings<KitchenTables>;
type Db = Kitchen['db'];
type Options = Pick<KitchenOptions, 'fridgeDays' | 'morning'>;

/** Users looked up at once. */
const CHUNK = 500;

/** Items that fit into one event, however long their names are. */
const MAX_ITEMS = 50;

/**
 * Tells every user for whom it is morning, or later in the day, what expires within the next days, or has: each item and
 * date once. What was put down after the morning waits for the next, so a user is told once a day. A server that was down
 * in the morning does it when it is back.
 */
export async function tellExpiring(tidings: Kitchen, options: Options): Promise<void> {
  const { db, clock } = tidings;
  // Somewhere it is tomorrow.
  const last = addDays(localTime(clock.now(), 'UTC').date, options.fridgeDays + 1);
  let after = '';
  for (;;) {
    const users = await usersToTell(db, last, after);
    for (const user of users)
      await tellUserExpiring(tidings, user, options).catch((error: unknown) =>
        // The others are told all the same, and this one the next time.
        tidings.log.error({ err: error, user }, 'a user could not be told what expires'),
      );
    const end = users.at(-1);
    if (users.length < CHUNK || end === undefined) return;
    after = end;
  }
}

/** Users who have something that expires until a date and of which they were not told. */
async function usersToTell(db: Db, last: string, after: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('kitchen_fridge_items as item')
    .leftJoin('kitchen_group_members as member', 'member.group', 'item.group')
    .select(({ fn }) => fn.coalesce('item.user', 'member.user').as('reader'))
    .distinct()
    .where('item.best_before', '<=', last)
    .where(({ fn, eb }) => eb(fn.coalesce('item.user', 'member.user'), '>', after))
    .where(({ not, exists, selectFrom, fn, eb }) =>
      not(
        exists(
          selectFrom('kitchen_fridge_told as told')
            .select('told.item')
            .whereRef('told.item', '=', 'item.id')
            .whereRef('told.best_before', '=', 'item.best_before')
            .where(({ ref }) => eb(ref('told.user'), '=', fn.coalesce('item.user', 'member.user'))),
        ),
      ),
    )
    .orderBy('reader')
    .limit(CHUNK)
    .execute();
  return rows.map(({ reader }) => reader as string);
}

async function tellUserExpiring(
  tidings: Kitchen,
  user: string,
  { fridgeDays, morning }: Options,
): Promise<void> {
  const now = tidings.clock.now();
  const { timezone } = await tidings.contactOf(user);
  const local = localTime(now, timezone);
  const since = sinceMorning(now, local, morning);
  if (since === undefined) return;
  await tidings.transaction(async (transaction) => {
    const { db } = transaction;
    const untold = await selectUntold(db, user, addDays(local.date, fridgeDays), since);
    const told = new Set<number>();
    for (const { id, best_before } of untold) {
      // Of two servers at the same job one is later, and finds it done.
      const row = await db
        .insertInto('kitchen_fridge_told')
        .values({ item: id, user, best_before: best_before ?? '' })
        .onConflict((conflict) => conflict.columns(['item', 'user', 'best_before']).doNothing())
        .returning('item')
        .executeTakeFirst();
      if (row) told.add(row.item);
    }
    const items = untold
      .filter(({ id }) => told.has(id))
      .map(({ id, name, amount, unit, best_before, group }) => ({
        id: String(id),
        name,
        quantity: fromThousandths(amount),
        unit,
        expires_on: best_before ?? '',
        days_left: daysBetween(local.date, best_before ?? ''),
        group_id: group === null ? null : String(group),
      }));
    for (let begin = 0; begin < items.length; begin += MAX_ITEMS)
      await tellUser(transaction, { to: user }, 'ExpiringItems', {
        items: items.slice(begin, begin + MAX_ITEMS),
      });
  });
}

/** @param since when the morning was: what was dated, and households that were joined, after it wait for the next. */
function selectUntold(db: Db, user: string, last: string, since: number) {
  return db
    .selectFrom('kitchen_fridge_items as item')
    .select(['item.id', 'item.name', 'item.amount', 'item.unit', 'item.best_before', 'item.group'])
    .where('item.best_before', '<=', last)
    .where('item.dated_at', '<=', since)
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('item.user', '=', user),
        eb(
          'item.group',
          'in',
          selectFrom('kitchen_group_members as member')
            .select('member.group')
            .where('member.user', '=', user)
            .where('member.at', '<=', since),
        ),
      ]),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('kitchen_fridge_told as told')
            .select('told.item')
            .where('told.user', '=', user)
            .whereRef('told.item', '=', 'item.id')
            .whereRef('told.best_before', '=', 'item.best_before'),
        ),
      ),
    )
    .orderBy('item.best_before')
    .orderBy('item.id')
    .execute();
}
