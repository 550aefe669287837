/**
 * Products whose price is read from a shop's page.
 *
 * @module
 */
import { TidingsError, Type } from '@tidings/server/kit';
import type { Product, Shop } from '../events.ts';
import type { Actor } from './actor.ts';
import type { Settings } from './options.ts';
import {
  addProduct,
  addressOf,
  changeProduct,
  lockProduct,
  MAX_ADDRESS,
  MAX_BRAND,
  MAX_NAME,
} from './products.ts';
import { PageError } from './shop/page-error.ts';
import type { ShopReading } from './shop/shop-reading.ts';
import { ShopVisitor } from './shop/shop-visitor.ts';
import { type Check, type ShopStore, ShopWatcher, type WatchedPage } from './shop/shop-watcher.ts';
import type { Database, Prices, ProductRow, ShopRow, Transaction } from './tables.ts';
import { MAX_AMOUNT } from './threshold.ts';

/** What is given to have a shop's page watched. */
export const ShopInput = Type.Object(
  { url: Type.String({ maxLength: MAX_ADDRESS }) },
  { additionalProperties: false, examples: [{ url: 'https://shop.example/coffee-machine' }] },
);

/** A page that a server takes is its own for so long, milliseconds; when it dies, another one may. */
const LEASE = 5 * 60_000;

/** A backend: what a page says, its owner does not have to allow. */
const SHOP: Actor = { server: true, user: undefined };

/** Why a page is of no use though it was read. */
class UselessPage extends Error {
  readonly fault = 'bad_price';
}

export class Shops implements ShopStore {
  readonly #prices: Prices;
  readonly #settings: Settings;
  readonly #visitor: ShopVisitor;
  readonly #watcher: ShopWatcher;

  constructor(prices: Prices, settings: Settings) {
    const { clock } = prices;
    this.#prices = prices;
    this.#settings = settings;
    this.#visitor = new ShopVisitor({
      clock,
      contact: settings.shopContact,
      delay: settings.shopDelay,
      allowAddresses: settings.shopAllow,
      allowPorts: settings.shopPorts,
    });
    this.#watcher = new ShopWatcher({
      store: this,
      visitor: this.#visitor,
      clock,
      interval: settings.shopInterval,
      onError: (error) => prices.log.error({ err: error }, 'a shop page could not be checked'),
    });
  }

  /** Looks at every page that is due. Never fails. */
  run(): Promise<void> {
    return this.#watcher.run();
  }

  /** Drops what is under way. */
  async close(): Promise<void> {
    await this.#watcher.close();
    await this.#visitor.close();
  }

  /**
   * Reads a page and adds its product; of a page that is watched already, gives that one's.
   *
   * @throws TidingsError `invalid_request`, `page_unreadable`, `rate_limited`, `limit_reached`.
   */
  async add(actor: Actor, address: string): Promise<{ readonly product: string; readonly added: boolean }> {
    const url = this.#check(address);
    const known = await byUrl(this.#prices.db, url);
    if (known) return { product: known, added: false };
    const visit = await this.#visitor.visit(url).catch((error: unknown) => {
      throw refusal(error);
    });
    const { clock } = this.#prices;
    const now = clock.now();
    if (visit.status === 'postponed')
      throw new TidingsError('rate_limited', 'This shop is asked already; try again in a moment.', {
        retryAfter: visit.until - now,
      });
    if (visit.status !== 'read') throw new TidingsError('page_unreadable');
    const { reading, etag, lastModified } = visit;
    return this.#prices.transaction(async (transaction) => {
      // Another may have been quicker while the page was read.
      const meanwhile = await byUrl(transaction.db, url);
      if (meanwhile) return { product: meanwhile, added: false };
      const { product } = await addProduct(
        transaction,
        { settings: this.#settings, actor, now },
        productOf(url, reading),
      );
      await transaction.db
        .insertInto('prices_shops')
        .values({
          ...{ product, url, state: 'ok', fault: null, error: null, failures: 0 },
          ...{ etag, last_modified: lastModified, checked: now, next: now + this.#settings.shopInterval },
        })
        .execute();
      return { product, added: true };
    });
  }

  /** Reads a product's page no more. */
  async end({ db }: Transaction, product: string): Promise<void> {
    await db.deleteFrom('prices_shops').where('product', '=', product).execute();
  }

  // The watcher's store

  async due(now: number, limit: number): Promise<readonly WatchedPage[]> {
    const { db } = this.#prices;
    const rows = await db
      .updateTable('prices_shops')
      .set({ next: now + LEASE })
      .where('product', 'in', (query) =>
        query
          .selectFrom('prices_shops')
          .select('product')
          .where('next', '<=', now)
          .orderBy('next')
          .limit(limit),
      )
      // Asked again of the row that is written, which another server may have taken meanwhile.
      .where('next', '<=', now)
      .returningAll()
      .execute();
    return rows.map(({ product, url, failures, etag, last_modified }) => ({
      ...{ id: product, url, failures, etag, lastModified: last_modified },
    }));
  }

  record({ id }: WatchedPage, check: Check): Promise<void> {
    return this.#prices.transaction(async (transaction) => {
      const row = await lockProduct(transaction, String(id));
      if (!row) return;
      const { next, failures, etag, lastModified, at } = check;
      const kept = { next, failures, etag, last_modified: lastModified };
      const update = transaction.db.updateTable('prices_shops').where('product', '=', row.product);
      if (check.status === 'postponed') {
        await update.set(kept).execute();
        return;
      }
      const fault = check.status === 'failed' ? check : await this.#take(transaction, row, check);
      const state = next === null ? 'stopped' : fault ? 'failing' : 'ok';
      const said = { fault: fault?.fault ?? null, error: fault?.message ?? null };
      await update.set({ ...kept, ...said, state, checked: at }).execute();
    });
  }

  /** Sets the price that was read. @returns what is wrong with it. */
  async #take(transaction: Transaction, row: ProductRow, check: Check): Promise<UselessPage | undefined> {
    if (check.status !== 'read') return undefined;
    const { price } = check.reading;
    if (price.currency !== row.currency)
      return new UselessPage(`The page is priced in ${price.currency} now, and was in ${row.currency}.`);
    if (price.amount > MAX_AMOUNT) return new UselessPage('The price is larger than can be kept.');
    const act = { settings: this.#settings, actor: SHOP, now: check.at };
    await changeProduct(transaction, act, row, { price });
    return undefined;
  }

  #check(address: string): string {
    try {
      const url = new URL(this.#visitor.check(address));
      url.hash = '';
      return addressOf(url.href);
    } catch (error) {
      throw refusal(error);
    }
  }
}

/** How the pages of products are doing, by product. */
export async function shopsOf(db: Database, products: readonly string[]): Promise<ReadonlyMap<string, Shop>> {
  if (products.length === 0) return new Map();
  const rows = await db.selectFrom('prices_shops').selectAll().where('product', 'in', products).execute();
  return new Map(rows.map((row) => [row.product, viewOf(row)]));
}

/** A product with how its page is doing. */
export async function withShop<View extends Product>(db: Database, product: View) {
  return { ...product, shop: (await shopsOf(db, [product.id])).get(product.id) ?? null };
}

function viewOf({ url, state, fault, error, checked, next }: ShopRow): Shop {
  return { url, state, fault, error, checked, next } as Shop;
}

async function byUrl(db: Database, url: string): Promise<string | undefined> {
  const row = await db.selectFrom('prices_shops').select('product').where('url', '=', url).executeTakeFirst();
  return row?.product;
}

/** A product as its page has it; what is longer than we keep is cut, what is no text of one line left out. */
function productOf(url: string, { name, brand, image, price }: ShopReading) {
  const { amount, currency } = price;
  if (amount < 1 || amount > MAX_AMOUNT)
    throw new TidingsError('page_unreadable', 'The price of the page is none that can be kept.');
  return {
    name: line(name, MAX_NAME) ?? new URL(url).host,
    brand: line(brand, MAX_BRAND) ?? null,
    image: image !== undefined && image.length <= MAX_ADDRESS ? image : null,
    url,
    price: { amount, currency },
  };
}

function line(text: string | undefined, length: number): string | undefined {
  const clean = text
    ?.replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, length);
  return clean === '' ? undefined : clean;
}

/** Why a page cannot be had, as an error of the API. */
function refusal(error: unknown): unknown {
  if (!(error instanceof PageError)) return error;
  const details = [{ path: '/url', message: error.fault }];
  const isOurs = error.fault === 'bad_url' || error.fault === 'private_address';
  return new TidingsError(isOurs ? 'invalid_request' : 'page_unreadable', error.message, {
    details,
    cause: error,
  });
}
