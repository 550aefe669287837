/**
 * A price changes: the row, its history, what everybody hears and what each watcher is told, all or nothing.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { formatMoney } from '../../shared/server/money/format-money.ts';
import { minorDigits } from '../../shared/server/money/money.ts';
import type { Language, Money, PriceDrop, PriceUpdate } from '../events.ts';
import type { Settings } from './options.ts';
import type { ProductRow, Transaction } from './tables.ts';
import { DROP, formatNumber, inEveryLanguage, PHRASES } from './texts.ts';

/** Watchers that are told at once; between two such groups everybody else has a turn. */
const WATCHERS_AT_ONCE = 200;

/** How often the history is cut, in changes. */
const CUT_EVERY = 100;

/** Sets a product's price; nothing happens when it is the same. @param row as the transaction holds it. */
export async function reprice(
  transaction: Transaction,
  { settings, now }: { readonly settings: Settings; readonly now: number },
  row: ProductRow,
  amount: number,
): Promise<ProductRow> {
  if (amount === row.amount) return row;
  const { db, publish } = transaction;
  const changed = await db
    .updateTable('prices_products')
    .set({ amount, previous: row.amount, version: row.version + 1, updated: now })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await db.insertInto('prices_history').values({ product: row.product, amount, at: now }).execute();
  if (changed.version % CUT_EVERY === 0) await cutHistory(db, row.product, settings.historySize);
  const channel = `product:${row.product}`;
  const { update, drop } = eventsOf(row, changed, settings.language);
  await publish({ channel, event: 'price_update', data: update });
  if (!drop) return changed;
  await publish({ channel, event: 'price_drop', data: drop });
  await tellWatchers(transaction, drop);
  return changed;
}

/** What is heard of a change. */
function eventsOf(
  before: ProductRow,
  after: ProductRow,
  language: Language,
): { readonly update: PriceUpdate; readonly drop: PriceDrop | undefined } {
  const { currency, product, name, version, updated: at } = after;
  const from: Money = { amount: before.amount, currency };
  const to: Money = { amount: after.amount, currency };
  const percentage = percentOf(to.amount - from.amount, from.amount);
  const shown = inEveryLanguage((each) => ({
    old_price: formatMoney(from, each),
    new_price: formatMoney(to, each),
  }));
  const about = (message: (each: Language) => string) => {
    const texts = inEveryLanguage((each) => ({ ...shown[each], message: message(each) }));
    return { product_id: product, ...texts[language], name, old: from, new: to, version, at, texts };
  };
  const update = {
    ...about((each) => PHRASES[each].changed({ old: shown[each].old_price, new: shown[each].new_price })),
    change: { amount: (to.amount - from.amount) / 10 ** minorDigits(currency), percentage },
  };
  if (to.amount > from.amount) return { update, drop: undefined };
  const discount = -percentage;
  return {
    update,
    drop: { ...about((each) => PHRASES[each].dropped(formatNumber(discount, each))), discount },
  };
}

/** A part in percent, to two digits. */
function percentOf(part: number, whole: number): number {
  return Math.round((part * 10_000) / whole) / 100;
}

/** Tells exactly those whose threshold lies between the old price and the new. */
async function tellWatchers({ db, notify }: Transaction, drop: PriceDrop): Promise<void> {
  const { product_id: product, name, discount, old, new: now, version } = drop;
  const notification = {
    key: `prices:${product}:${version}`,
    template: DROP,
    values: { name, discount, old, new: now },
    url: `/prices?product=${encodeURIComponent(product)}`,
    data: { product_id: product, name, discount, old, new: now },
  };
  for (let after = '', more = true; more; ) {
    const rows = await db
      .selectFrom('prices_watches')
      .select('user')
      .where('product', '=', product)
      .where('user', '>', after)
      .where(({ or, and, eb }) =>
        or([
          eb('at_most', 'is', null),
          and([eb('at_most', '>=', now.amount), eb('at_most', '<', old.amount)]),
        ]),
      )
      .orderBy('user')
      .limit(WATCHERS_AT_ONCE)
      .execute();
    const users = rows.map(({ user }) => user);
    if (users.length > 0) await notify(users, notification);
    after = users.at(-1) ?? '';
    more = users.length === WATCHERS_AT_ONCE;
    // On SQLite nothing of this waits for anything, so that it would keep the event loop to itself.
    if (more) await setImmediate();
  }
}

async function cutHistory(db: Transaction['db'], product: string, size: number): Promise<void> {
  const oldest = await db
    .selectFrom('prices_history')
    .select('id')
    .where('product', '=', product)
    .orderBy('id', 'desc')
    .offset(size)
    .limit(1)
    .executeTakeFirst();
  if (oldest)
    await db
      .deleteFrom('prices_history')
      .where('product', '=', product)
      .where('id', '<=', oldest.id)
      .execute();
}
