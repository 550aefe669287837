/**
 * What this server remembers of books. The truth is in the database: a book that another server has changed meanwhile has
 * another version there, and is read anew.
 *
 * @module
 */
import type { Language } from '../../events.ts';
import { type OpenOffer, OrderBook } from '../book/order-book.ts';
import type { Database } from '../market-part.ts';
import type { Row } from '../tables.ts';

/** A bid or an ask that waits, with what is to be known of it when it does no more. */
export interface WaitingOffer extends OpenOffer {
  /** Of its row; 0 as long as it is not written. */
  id: number;
  readonly size: string;
  readonly language: Language;
  readonly placed: number;
}

export type BookRow = Row<'market_books'>;

/** Products whose books are remembered. */
const MAX_PRODUCTS = 10_000;

export class Books {
  /** By product and size. */
  readonly #known = new Map<string, Map<string, OrderBook<WaitingOffer>>>();

  /** A size's book as its row says it is; to be called while the product is locked. @param row of a new book none. */
  async read(
    db: Database,
    product: string,
    size: string,
    row: BookRow | undefined,
  ): Promise<OrderBook<WaitingOffer>> {
    const sizes = this.#sizesOf(product);
    const version = row?.version ?? 0;
    const known = sizes.get(size);
    if (known?.version === version) return known;
    const book = new OrderBook(version, row ? await readWaiting(db, product, size) : []);
    sizes.set(size, book);
    return book;
  }

  /** Forgets a product's books: what was done to them was not written. */
  forget(product: string): void {
    this.#known.delete(product);
  }

  #sizesOf(product: string): Map<string, OrderBook<WaitingOffer>> {
    const sizes = this.#known.get(product) ?? new Map();
    // What was used last comes last.
    this.#known.delete(product);
    this.#known.set(product, sizes);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_PRODUCTS && oldest !== undefined) this.#known.delete(oldest);
    return sizes;
  }
}

async function readWaiting(db: Database, product: string, size: string): Promise<WaitingOffer[]> {
  const rows = await db
    .selectFrom('market_offers')
    .select(['id', 'size', 'side', 'user', 'amount', 'turn', 'language', 'placed', 'expires'])
    .where('product', '=', product)
    .where('size', '=', size)
    .where('status', '=', 'open')
    .execute();
  return rows.map(({ language, ...row }) => ({ ...row, language: language as Language }));
}
