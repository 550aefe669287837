import type { Product, ProductState, Side, SizeState } from '../../events.ts';
import { priceOrNull } from '../money.ts';
import type { Row } from '../tables.ts';

type ProductRow = Row<'market_products'>;
type BookRow = Row<'market_books'>;

/** A product, as it is told. @param books of all sizes that have one */
export function productView(row: ProductRow, books: readonly BookRow[]): Product {
  const { product: id, name, brand, image, currency, retail, tick, min_amount, max_amount } = row;
  const price = (amount: number | null) => priceOrNull(amount, currency);
  const bid = bestOfAll(books, 'bid');
  const ask = bestOfAll(books, 'ask');
  const last = books.reduce<BookRow | undefined>(
    (latest, book) => ((book.last_at ?? 0) > (latest?.last_at ?? 0) ? book : latest),
    undefined,
  );
  return {
    ...{ id, name, brand, image, currency, retail_price: price(retail), retail_amount: retail },
    ...{ sizes: JSON.parse(row.sizes) as string[], tick, min_amount, max_amount },
    halted: row.halted !== 0,
    ...{ highest_bid: price(bid), highest_bid_amount: bid, lowest_ask: price(ask), lowest_ask_amount: ask },
    last_sale: price(last?.last_amount ?? null),
    last_sale_amount: last?.last_amount ?? null,
    last_sale_at: last?.last_at ?? null,
    trades: books.reduce((sum, { trades }) => sum + trades, 0),
    ...{ created: row.created, updated: row.updated },
  };
}

/** A product with each of its sizes. */
export function productState(row: ProductRow, books: readonly BookRow[]): ProductState {
  const product = productView(row, books);
  return { ...product, by_size: product.sizes.map((size) => sizeView(size, row.currency, books)) };
}

function sizeView(size: string, currency: string, books: readonly BookRow[]): SizeState {
  const book = books.find((candidate) => candidate.size === size);
  const { best_bid = null, best_ask = null, last_amount = null, last_at = null, version = 0 } = book ?? {};
  const price = (amount: number | null) => priceOrNull(amount, currency);
  return {
    size,
    ...{ highest_bid: price(best_bid), highest_bid_amount: best_bid },
    ...{ lowest_ask: price(best_ask), lowest_ask_amount: best_ask },
    ...{ last_sale: price(last_amount), last_sale_amount: last_amount, last_sale_at: last_at, version },
  };
}

/** The best price of all sizes. */
export function bestOfAll(books: Iterable<BookRow>, side: Side): number | null {
  const amounts = [...books].flatMap((book) => bestOf(book, side) ?? []);
  if (amounts.length === 0) return null;
  return side === 'bid' ? Math.max(...amounts) : Math.min(...amounts);
}

/** The best price of one book. */
export function bestOf(book: BookRow | undefined, side: Side): number | null {
  return (side === 'bid' ? book?.best_bid : book?.best_ask) ?? null;
}
