import { sql, TidingsError } from '@tidings/server/kit';
import { fold } from '../../../shared/server/fold.ts';
import type { Product, ProductState } from '../../events.ts';
import type { Database } from '../market-part.ts';
import type { Row } from '../tables.ts';
import { productState, productView } from './product-view.ts';
import type { ProductRow } from './products.ts';

/** What is listed, and how. */
export interface ProductQuery {
  /** Part of the name or the brand; case and accents do not matter. */
  readonly search?: string | undefined;
  readonly brand?: string | undefined;
  /** Only those that come in it. */
  readonly size?: string | undefined;
  readonly sort?: 'newest' | 'ask' | 'bid' | 'trades' | undefined;
  /** Where the page before has ended. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A page of products. */
export interface ProductPage {
  readonly products: readonly Product[];
  readonly next: string | null;
}

/** Of the books of a product, whatever its size. */
const ofBooks = (what: string) =>
  sql<
    number | null
  >`(select ${sql.raw(what)} from market_books where market_books.product = market_products.product)`;

/**
 * What a list is sorted by, downwards. What has nothing comes last. The lowest ask is sorted upwards, so its negative is
 * taken.
 */
const SORTS = {
  newest: sql<number>`id`,
  ask: sql<number>`coalesce(${ofBooks('-min(best_ask)')}, ${-Number.MAX_SAFE_INTEGER})`,
  bid: sql<number>`coalesce(${ofBooks('max(best_bid)')}, -1)`,
  trades: sql<number>`coalesce(${ofBooks('sum(trades)')}, 0)`,
};

/** Lists products that are there. @throws TidingsError `invalid_request` when `after` is no place of a list. */
export async function listProducts(
  db: Database,
  { search = '', brand, size, sort = 'newest', after, limit }: ProductQuery,
): Promise<ProductPage> {
  const by = SORTS[sort];
  let query = db
    .selectFrom('market_products')
    .select(['id', by.as('rank')])
    .where('removed', 'is', null);
  if (brand !== undefined) query = query.where('brand', '=', printable(brand));
  // As it stands in the list of sizes, which is JSON.
  if (size !== undefined)
    query = query.where(sql<boolean>`sizes like ${containing(JSON.stringify(size))} escape '\\'`);
  for (const word of fold(search).split(/\s+/u))
    if (word !== '') query = query.where(sql<boolean>`search like ${containing(word)} escape '\\'`);
  if (after !== undefined) {
    const [rank, id] = placeIn(after);
    query = query.where(sql<boolean>`(${by} < ${rank} or (${by} = ${rank} and id < ${id}))`);
  }
  const places = await query
    .orderBy('rank', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = places.slice(0, limit);
  const last = page.at(-1);
  return {
    products: await viewsOf(
      db,
      page.map(({ id }) => id),
    ),
    next: places.length > limit && last ? `${Number(last.rank)}_${last.id}` : null,
  };
}

/** Products as they are told, in the order of their public ids; those that are removed are left out. */
export async function productsOf(db: Database, products: readonly string[]): Promise<readonly Product[]> {
  if (products.length === 0) return [];
  const rows = await db
    .selectFrom('market_products')
    .select(['id', 'product'])
    .where('product', 'in', products)
    .where('removed', 'is', null)
    .execute();
  const ids = new Map(rows.map(({ id, product }) => [product, id]));
  return viewsOf(
    db,
    products.flatMap((product) => ids.get(product) ?? []),
  );
}

/** A product with its books, and each of its sizes. */
export async function readState(db: Database, row: ProductRow): Promise<ProductState> {
  return productState(row, await booksOf(db, [row.product]));
}

async function viewsOf(db: Database, ids: readonly number[]): Promise<readonly Product[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('market_products').selectAll().where('id', 'in', ids).execute();
  const books = await booksOf(
    db,
    rows.map(({ product }) => product),
  );
  const byProduct = Map.groupBy(books, ({ product }) => product);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? productView(row, byProduct.get(row.product) ?? []) : [];
  });
}

function booksOf(db: Database, products: readonly string[]): Promise<Row<'market_books'>[]> {
  return db.selectFrom('market_books').selectAll().where('product', 'in', products).execute();
}

function placeIn(after: string): readonly [rank: number, id: number] {
  const [, rank, id] = /^(-?\d{1,16})_(\d{1,15})$/.exec(after) ?? [];
  if (rank === undefined) throw new TidingsError('invalid_request', 'This "after" is no "next" of a list.');
  return [Number(rank), Number(id)];
}

/** Taken by every database: PostgreSQL has no NUL in a text. */
function printable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** A pattern for what contains a text. */
function containing(text: string): string {
  return `%${printable(text).replace(/[\\%_]/g, '\\$&')}%`;
}
