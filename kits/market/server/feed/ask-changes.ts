/**
 * The lowest ask has changed: is it a price drop, and who waited for it?
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { formatMoney } from '../../../shared/server/money/format-money.ts';
import type { PriceDrop } from '../../events.ts';
import { DEALS } from '../channels.ts';
import { excerpt } from '../excerpt.ts';
import type { BestChange, Transaction } from '../market-part.ts';
import { priceOf } from '../money.ts';
import { priceDropTexts } from './texts.ts';

/** Watchers that are told at once; between two such groups everybody else has a turn. */
const WATCHERS_AT_ONCE = 200;

/** Characters of a product's name for which a notification's title has room. */
const SHORT_NAME = 60;

const DAY = 24 * 60 * 60 * 1000;
const WHOLE = 100;
/** Percentages have two digits. */
const PERCENT_DIGITS = 100;

/** What a drop is told of. */
export type Dropped = Pick<BestChange, 'product' | 'name' | 'currency' | 'size' | 'at'> & {
  readonly amount: number;
  readonly oldAmount: number;
};

/** Tells of an ask that is lower than before, inside the transaction that has it so; the product's row is locked. */
export async function tellAskChange(
  transaction: Transaction,
  change: BestChange,
  dropPercent: number,
): Promise<void> {
  await tellDrop(transaction, change, dropPercent);
  await tellWatchers(transaction, change);
}

/** Tells of a drop below the lowest ask of the day (UTC), once a day and product. */
async function tellDrop(
  { db, publish }: Transaction,
  change: BestChange,
  dropPercent: number,
): Promise<void> {
  const { product, productBefore, productAfter, after, at } = change;
  const day = Math.floor(at / DAY);
  const known = await db
    .selectFrom('market_ask_days')
    .selectAll()
    .where('product', '=', product)
    .executeTakeFirst();
  // The day begins with the ask that stands over from the day before.
  const low = known?.day === day ? known.low : productBefore;
  // Of several sizes that change at once the one that is so low says so: before it, nobody is told of it yet.
  const lower = after === productAfter ? lowest(low, productAfter) : low;
  if (known?.day !== day || lower !== known.low)
    await db
      .insertInto('market_ask_days')
      .values({ product, day, low: lower })
      .onConflict((conflict) => conflict.column('product').doUpdateSet({ day, low: lower }))
      .execute();
  if (low === null || after === null || after !== productAfter) return;
  if (after * WHOLE > low * (WHOLE - dropPercent)) return;
  const { size, name, currency } = change;
  const drop = { product, day, size, amount: after, old_amount: low, at };
  const fresh = await db
    .insertInto('market_drops')
    .values(drop)
    .onConflict((conflict) => conflict.columns(['product', 'day']).doNothing())
    .returning('day')
    .executeTakeFirst();
  if (!fresh) return;
  const data = dropView({ product, name, currency, size, at, amount: after, oldAmount: low });
  await publish({ channel: DEALS, event: 'PRICE_DROP', data });
}

/** A drop, as it is told. */
export function dropView({ product, name, currency, size, at, amount, oldAmount }: Dropped): PriceDrop {
  const texts = priceDropTexts(name, (language) => formatMoney({ amount, currency }, language));
  return {
    product_id: product,
    product_name: name,
    size,
    price: priceOf(amount, currency),
    amount,
    currency,
    old_price: priceOf(oldAmount, currency),
    old_amount: oldAmount,
    percent: Math.round(((oldAmount - amount) * WHOLE * PERCENT_DIGITS) / oldAmount) / PERCENT_DIGITS,
    message: texts.en,
    texts,
    at,
  };
}

/** Tells exactly those whose amount lies between the ask before and the ask now: nothing else has to be remembered. */
async function tellWatchers({ db, notify }: Transaction, change: BestChange): Promise<void> {
  const { product, name, currency, size, before, after, productBefore, productAfter, at } = change;
  if (after === null) return;
  const notification = {
    // Two sizes may have become so cheap at once.
    key: `market-watch:${product}:${at}:${after}`,
    template: 'ask-reached',
    values: { product: `${excerpt(name, SHORT_NAME)}, ${size}`, price: { amount: after, currency } },
    url: `/market?product=${encodeURIComponent(product)}`,
    data: { product_id: product, size, amount: after, currency },
  };
  for (let last = '', more = true; more; ) {
    const rows = await db
      .selectFrom('market_watches')
      .select('user')
      .where('product', '=', product)
      .where('user', '>', last)
      .where('amount', '>=', after)
      .where(({ and, or, eb }) => {
        const crossed = (low: number | null) => (low === null ? [] : [eb('amount', '<', low)]);
        const ofSize = and([eb('size', '=', size), ...crossed(before)]);
        if (after !== productAfter) return ofSize;
        return or([ofSize, and([eb('size', 'is', null), ...crossed(productBefore)])]);
      })
      .orderBy('user')
      .limit(WATCHERS_AT_ONCE)
      .execute();
    const users = rows.map(({ user }) => user);
    if (users.length > 0) await notify(users, notification);
    last = users.at(-1) ?? '';
    more = users.length === WATCHERS_AT_ONCE;
    // On SQLite nothing of this waits for anything, so that it would keep the event loop to itself.
    if (more) await setImmediate();
  }
}

function lowest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
