/**
 * Products: what one is, how it is found and how it comes to be.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { TidingsError, Type } from '@tidings/server/kit';
import { fold } from '../../shared/server/fold.ts';
import { formatMoney } from '../../shared/server/money/format-money.ts';
import { CURRENCIES } from '../../shared/server/money/money.ts';
import type { Language, Product } from '../events.ts';
import { type Actor, requireOwner } from './actor.ts';
import type { Settings } from './options.ts';
import { reprice } from './reprice.ts';
import type { Database, ProductRow, Transaction } from './tables.ts';
import { inEveryLanguage, PHRASES } from './texts.ts';
import { MAX_AMOUNT } from './threshold.ts';

/** What a product may be known by: safe in an address, in a channel's name, and as a key of anything. */
const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
const ID = new RegExp(ID_PATTERN);

/** Text of one line, of more than white space. */
const LINE = '^(?=.*\\S)[^\\p{Cc}]+$';

/** Characters of a product's name; what watchers are told has room for it. */
export const MAX_NAME = 150;

const Name = Type.String({ maxLength: MAX_NAME, pattern: LINE, examples: ['Kahve makinesi'] });
const Optional = (maxLength: number, pattern: string, description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength, pattern, description }), Type.Null()]));
const WEB_ADDRESS = '^https?://[^\\s\\p{Cc}<>"]+$';

/** Characters of a brand. */
export const MAX_BRAND = 100;

/** Characters of an address as it is written out: what every database can have an index of. */
export const MAX_ADDRESS = 2000;

const Price = Type.Object(
  {
    amount: Type.Integer({ minimum: 1, maximum: MAX_AMOUNT, description: 'Minor units: kuruş, cents.' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217, such as `TRY`.' }),
  },
  { additionalProperties: false, examples: [{ amount: 9000, currency: 'TRY' }] },
);

/** What a product is, as it is given. */
export const ProductInput = Type.Object(
  {
    name: Name,
    brand: Optional(MAX_BRAND, LINE, 'Who makes it.'),
    url: Optional(MAX_ADDRESS, WEB_ADDRESS, 'Where it is sold.'),
    image: Optional(MAX_ADDRESS, WEB_ADDRESS, 'What it looks like.'),
    price: Price,
  },
  {
    additionalProperties: false,
    examples: [{ name: 'Kahve makinesi', brand: 'Marka', price: { amount: 10_000, currency: 'TRY' } }],
  },
);
export type ProductInput = Type.Static<typeof ProductInput>;

/** What of a product changes. */
export const ProductChange = Type.Partial(ProductInput, {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ price: { amount: 9000, currency: 'TRY' } }],
});
export type ProductChange = Type.Static<typeof ProductChange>;

/** What a product is to be known by. @throws TidingsError `invalid_request`. */
function checkId(id: string): void {
  if (!ID.test(id))
    throw new TidingsError('invalid_request', `The id of a product must match ${ID_PATTERN}.`);
}

/** Reads a product. @throws TidingsError `not_found`. */
export async function findProduct(db: Database, id: string): Promise<ProductRow> {
  // Whatever is no id is no product, and not every database takes every string.
  const row = ID.test(id)
    ? await db.selectFrom('prices_products').selectAll().where('product', '=', id).executeTakeFirst()
    : undefined;
  if (!row) throw noProduct();
  return row;
}

/** Reads a product and holds it until the transaction ends, so that changes of one product come one after the other. */
export async function lockProduct({ db }: Transaction, id: string): Promise<ProductRow | undefined> {
  if (!ID.test(id)) return undefined;
  // Writing a row locks it on PostgreSQL; SQLite has one writer anyhow.
  return db
    .updateTable('prices_products')
    .set(({ ref }) => ({ version: ref('version') }))
    .where('product', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** There is no such product. */
export function noProduct(): TidingsError {
  return new TidingsError('not_found', 'There is no such product.');
}

/** What is told of a product. */
export function productView(row: ProductRow, language: Language): Product {
  const { product: id, name, brand, amount, currency, previous, url, image, owner } = row;
  const { version, created, updated } = row;
  const price = formatMoney({ amount, currency }, language);
  return {
    ...{ id, name, price, brand, amount, currency, previous },
    ...{ url, image, owner, version, created, updated },
  };
}

/** Adds a product. @param id @default a new one. @throws TidingsError `invalid_request`, `limit_reached`. */
export async function addProduct(
  transaction: Transaction,
  { settings, actor, now }: Act,
  input: ProductInput,
  id: string = randomUUID(),
): Promise<ProductRow> {
  const { db, publish } = transaction;
  const { name, brand = null, url = null, image = null, price } = written(input);
  const { amount, currency } = price;
  checkId(id);
  if (!CURRENCIES.has(currency))
    throw new TidingsError('invalid_request', `There is no currency ${currency}.`);
  const owner = actor.user ?? null;
  if (owner !== null) await checkRoom(db, owner, settings.maxProducts);
  const row = await db
    .insertInto('prices_products')
    .values({
      ...{ product: id, name, brand, url, image, owner, amount, currency },
      ...{ previous: null, version: 1, search: searchText(name, brand), created: now, updated: now },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await db.insertInto('prices_history').values({ product: id, amount, at: now }).execute();
  const texts = inEveryLanguage((language) => ({
    price: formatMoney(price, language),
    message: PHRASES[language].added(name),
  }));
  const { message } = texts[settings.language];
  const product = productView(row, settings.language);
  await publish({ channel: 'products:all', event: 'product_added', data: { product, message, texts } });
  return row;
}

/** Who changes something, and when. */
export interface Act {
  readonly settings: Settings;
  readonly actor: Actor;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
}

/** Changes a product that the transaction holds. @throws TidingsError `forbidden`, `invalid_request`. */
export async function changeProduct(
  transaction: Transaction,
  { settings, actor, now }: Act,
  row: ProductRow,
  input: ProductChange,
): Promise<ProductRow> {
  requireOwner(actor, row.owner);
  const { price, ...change } = written(input);
  if (price && price.currency !== row.currency)
    throw new TidingsError('invalid_request', `This product is priced in ${row.currency}.`);
  let changed = row;
  const { name = row.name, brand = row.brand, url = row.url, image = row.image } = change;
  if (name !== row.name || brand !== row.brand || url !== row.url || image !== row.image)
    changed = await transaction.db
      .updateTable('prices_products')
      .set({ name, brand, url, image, search: searchText(name, brand), updated: now })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  return price ? reprice(transaction, { settings, now }, changed, price.amount) : changed;
}

/** What comes by other ways than HTTP is held to the same, and addresses are written in one way. */
function written<Input extends ProductChange>(input: Input): Input {
  const { name = '', brand, price, url, image } = input;
  if (name.length > MAX_NAME)
    throw new TidingsError('invalid_request', `A name has at most ${MAX_NAME} characters.`);
  if (brand && brand.length > MAX_BRAND)
    throw new TidingsError('invalid_request', `A brand has at most ${MAX_BRAND} characters.`);
  if (price && !(price.amount >= 1 && price.amount <= MAX_AMOUNT))
    throw new TidingsError('invalid_request', `A price is from 1 to ${MAX_AMOUNT} minor units.`);
  return {
    ...input,
    ...(url ? { url: addressOf(url) } : {}),
    ...(image ? { image: addressOf(image) } : {}),
  };
}

/** An address in the one way in which it is kept. @throws TidingsError `invalid_request`. */
export function addressOf(text: string): string {
  const href = URL.parse(text)?.href;
  if (href === undefined || href.length > MAX_ADDRESS)
    throw new TidingsError('invalid_request', 'An address cannot be read, or is too long.');
  return href;
}

async function checkRoom(db: Database, owner: string, room: number): Promise<void> {
  const { count } = await db
    .selectFrom('prices_products')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('owner', '=', owner)
    .executeTakeFirstOrThrow();
  if (Number(count) >= room) throw new TidingsError('limit_reached', `A user adds at most ${room} products.`);
}

function searchText(name: string, brand: string | null): string {
  return fold(`${name} ${brand ?? ''}`);
}
