import type { BookUpdated, Side } from '../../events.ts';
import type { Market } from '../market-part.ts';
import type { ProductRow } from '../products/products.ts';
import { levelViews } from './level-views.ts';

/** What is bid and asked for a size, price by price, the best first; as it is in the database. */
export async function readDepth(
  { db, clock }: Market,
  { product, currency }: ProductRow,
  size: string,
  levels: number,
): Promise<BookUpdated> {
  const at = clock.now();
  const sideOf = async (side: Side) => {
    const rows = await db
      .selectFrom('market_offers')
      .select(({ fn }) => ['amount', fn.countAll<number>().as('count')])
      .where('product', '=', product)
      .where('size', '=', size)
      .where('status', '=', 'open')
      .where('side', '=', side)
      .where('expires', '>', at)
      .groupBy('amount')
      .orderBy('amount', side === 'bid' ? 'desc' : 'asc')
      .limit(levels)
      .execute();
    return levelViews(
      rows.map(({ amount, count }) => ({ amount, count: Number(count) })),
      currency,
    );
  };
  // First, so that whoever follows the books takes what they hear after it for newer.
  const book = await db
    .selectFrom('market_books')
    .select('version')
    .where('product', '=', product)
    .where('size', '=', size)
    .executeTakeFirst();
  const [bids, asks] = [await sideOf('bid'), await sideOf('ask')];
  return { product_id: product, size, currency, bids, asks, version: book?.version ?? 0, at };
}
