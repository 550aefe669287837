/**
 * Products: what one is, how it is found and how it comes to be.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { TidingsError, Type } from '@tidings/server/kit';
import { fold } from '../../../shared/server/fold.ts';
import { CURRENCIES, minorDigits } from '../../../shared/server/money/money.ts';
import { PRODUCT_ID_PATTERN, type ProductUpdated, Size } from '../../events.ts';
import { MARKET, sneakerChannel } from '../channels.ts';
import type { Database, Market, MarketObserver, Transaction } from '../market-part.ts';
import { plainLine } from '../plain-text.ts';
import type { Row } from '../tables.ts';
import { productView } from './product-view.ts';

export type ProductRow = Row<'market_products'>;

/** Characters of a name; what users are told of their offers has room for it. */
const MAX_NAME = 150;
const MAX_BRAND = 100;
const MAX_ADDRESS = 2000;
const MAX_SIZES = 100;

/** The size of what comes in one. */
const ONE_SIZE = 'one size';

/** The highest price that can be, minor units: exact as a number of whole units, too. */
const HIGHEST = 1_000_000_000_000;

const Minor = (description: string) =>
  Type.Integer({ minimum: 1, maximum: HIGHEST, description: `${description}, minor units.` });
const Line = (maxLength: number) => Type.String({ minLength: 1, maxLength });

const fields = {
  name: Line(MAX_NAME),
  brand: Type.Optional(Type.Union([Line(MAX_BRAND), Type.Null()])),
  image: Type.Optional(
    Type.Union([
      Type.String({ maxLength: MAX_ADDRESS, pattern: '^(https?://|/(?!/))[^\\s\\p{C}<>"]+$' }),
      Type.Null(),
    ]),
  ),
  retail_amount: Type.Optional(Type.Union([Minor('What it costs new'), Type.Null()])),
  sizes: Type.Optional(
    Type.Array(Size, {
      minItems: 1,
      maxItems: MAX_SIZES,
      uniqueItems: true,
      description: 'In the order shown.',
    }),
  ),
  tick: Type.Optional(Minor('Prices are multiples of it; one whole unit of the currency when absent')),
  min_amount: Type.Optional(Minor('The lowest price; the tick when absent')),
  max_amount: Type.Optional(Minor('The highest price; 100,000 whole units when absent')),
  halted: Type.Optional(Type.Boolean({ description: 'Nothing can be bid or asked.' })),
};

/** What a product is, as a backend gives it. */
export const ProductInput = Type.Object(
  { ...fields, currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217; never changes.' }) },
  {
    additionalProperties: false,
    examples: [{ name: 'Air Jordan 1 Chicago', brand: 'Nike', currency: 'USD', sizes: ['42', '43'] }],
  },
);
export type ProductInput = Type.Static<typeof ProductInput>;

/** What of a product changes. */
export const ProductChange = Type.Partial(Type.Object(fields), {
  additionalProperties: false,
  minProperties: 1,
});
export type ProductChange = Type.Static<typeof ProductChange>;

const DEFAULT_MAX_UNITS = 100_000;

/** There is no such product. */
export function noProduct(): TidingsError {
  return new TidingsError('not_found', 'There is no such product.');
}

/** The sizes of a product. */
export function sizesOf({ sizes }: Pick<ProductRow, 'sizes'>): readonly string[] {
  return JSON.parse(sizes);
}

/** Reads a product that is there. @throws TidingsError `not_found`. */
export async function findProduct(db: Database, product: string): Promise<ProductRow> {
  const row = isProductId(product)
    ? await db.selectFrom('market_products').selectAll().where('product', '=', product).executeTakeFirst()
    : undefined;
  if (!row || row.removed !== null) throw noProduct();
  return row;
}

/** Reads a product, also one that is removed, and holds it until the transaction ends. */
export async function lockProduct(db: Transaction['db'], product: string): Promise<ProductRow | undefined> {
  if (!isProductId(product)) return undefined;
  // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
  return db
    .updateTable('market_products')
    .set(({ ref }) => ({ halted: ref('halted') }))
    .where('product', '=', product)
    .returningAll()
    .executeTakeFirst();
}

/** Whatever is no id is no product, and not every database takes every string. */
function isProductId(text: string): boolean {
  return new RegExp(PRODUCT_ID_PATTERN).test(text);
}

/** What changing products needs. */
export interface Shelf {
  readonly market: Market;
  readonly observers: readonly MarketObserver[];
}

/** Adds a product. @param id @default a new one. @throws TidingsError `invalid_request`, `conflict` when the id is taken. */
export async function addProduct(
  { market, observers }: Shelf,
  transaction: Transaction,
  input: ProductInput,
  id: string = randomUUID(),
): Promise<ProductRow> {
  const { currency } = input;
  if (!isProductId(id))
    throw new TidingsError('invalid_request', `The id of a product must match ${PRODUCT_ID_PATTERN}.`);
  if (!CURRENCIES.has(currency))
    throw new TidingsError('invalid_request', `There is no currency ${currency}.`);
  const unit = 10 ** minorDigits(currency);
  const { tick = unit } = input;
  const { min_amount = tick, max_amount = DEFAULT_MAX_UNITS * unit } = input;
  const now = market.clock.now();
  const row = checked({
    ...{ product: id, currency, tick, min_amount, max_amount },
    ...{ name: input.name, brand: input.brand ?? null, image: input.image ?? null },
    ...{ retail: input.retail_amount ?? null, sizes: JSON.stringify(input.sizes ?? [ONE_SIZE]) },
    ...{ halted: input.halted ? 1 : 0, removed: null, search: '', created: now, updated: now },
  });
  const added = await transaction.db
    .insertInto('market_products')
    .values(row)
    .onConflict((conflict) => conflict.column('product').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!added) throw new TidingsError('conflict', 'There is, or was, a product of this id.');
  await tell(transaction, added, now);
  for (const observer of observers)
    await observer.productAdded?.(transaction, productView(added, []), market);
  return added;
}

/** Changes a product that the transaction holds. @throws TidingsError `invalid_request`, `conflict`. */
export async function changeProduct(
  { market }: Pick<Shelf, 'market'>,
  transaction: Transaction,
  before: ProductRow,
  change: ProductChange & { readonly currency?: string },
): Promise<ProductRow> {
  if (change.currency !== undefined && change.currency !== before.currency)
    throw new TidingsError('conflict', `This product is traded in ${before.currency}.`);
  const now = market.clock.now();
  const { sizes = sizesOf(before) } = change;
  await requireNothingIn(
    transaction.db,
    before.product,
    sizesOf(before).filter((size) => !sizes.includes(size)),
  );
  const { id: _, ...row } = checked({
    ...before,
    name: change.name ?? before.name,
    brand: change.brand === undefined ? before.brand : change.brand,
    image: change.image === undefined ? before.image : change.image,
    retail: change.retail_amount === undefined ? before.retail : change.retail_amount,
    sizes: JSON.stringify(sizes),
    tick: change.tick ?? before.tick,
    min_amount: change.min_amount ?? before.min_amount,
    max_amount: change.max_amount ?? before.max_amount,
    halted: change.halted === undefined ? before.halted : Number(change.halted),
    updated: now,
  });
  const after = await transaction.db
    .updateTable('market_products')
    .set(row)
    .where('product', '=', before.product)
    .returningAll()
    .executeTakeFirstOrThrow();
  await tell(transaction, after, now);
  return after;
}

/** Marks a product that the transaction holds as removed; what was traded of it stays. */
export async function removeProduct(
  { market }: Pick<Shelf, 'market'>,
  { db, publish }: Transaction,
  { product }: ProductRow,
): Promise<void> {
  const at = market.clock.now();
  await db
    .updateTable('market_products')
    .set({ removed: at, updated: at })
    .where('product', '=', product)
    .execute();
  const data: ProductUpdated = { product_id: product, product: null, at };
  for (const channel of [sneakerChannel(product), MARKET])
    await publish({ channel, event: 'PRODUCT_UPDATED', data, conflate: `product ${product}` });
}

async function tell({ db, publish }: Transaction, row: ProductRow, at: number): Promise<void> {
  const { product } = row;
  const books = await db.selectFrom('market_books').selectAll().where('product', '=', product).execute();
  const data: ProductUpdated = { product_id: product, product: productView(row, books), at };
  for (const channel of [sneakerChannel(product), MARKET])
    await publish({ channel, event: 'PRODUCT_UPDATED', data, conflate: `product ${product}` });
}

/** @throws TidingsError `conflict` when something waits in one of the sizes. */
async function requireNothingIn(db: Database, product: string, sizes: readonly string[]): Promise<void> {
  if (sizes.length === 0) return;
  const waiting = await db
    .selectFrom('market_offers')
    .select('size')
    .where('product', '=', product)
    .where('size', 'in', sizes)
    .where('status', '=', 'open')
    .executeTakeFirst();
  if (waiting)
    throw new TidingsError('conflict', `There are open bids or asks for size ${waiting.size}; it stays.`);
}

/** Texts as they are kept, and prices that go together. @throws TidingsError `invalid_request`. */
function checked<Fields extends Omit<ProductRow, 'id'>>(row: Fields): Fields {
  const { tick, min_amount: min, max_amount: max } = row;
  if (min > max || max > HIGHEST)
    throw new TidingsError('invalid_request', 'The lowest price is higher than the highest.');
  if (min % tick !== 0 || max % tick !== 0)
    throw new TidingsError(
      'invalid_request',
      'The lowest and the highest price must be multiples of the tick.',
    );
  const name = plainLine(row.name, 'name');
  const brand = row.brand === null ? null : plainLine(row.brand, 'brand');
  return { ...row, name, brand, search: fold(`${name} ${brand ?? ''}`) };
}
