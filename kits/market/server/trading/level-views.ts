import type { Level } from '../../events.ts';
import type { BookLevel } from '../book/order-book.ts';
import { priceOf } from '../money.ts';

/** The levels of a book, as they are told. */
export function levelViews(levels: readonly BookLevel[], currency: string): Level[] {
  return levels.map(({ amount, count }) => ({ price: priceOf(amount, currency), amount, count }));
}
