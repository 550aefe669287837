import type { MarketObserver, MarketPart } from '../market-part.ts';
import { PRODUCT_MIGRATIONS } from './tables.ts';

/** Products: `/market/products`. */
export function productsPart(_observers: readonly MarketObserver[]): MarketPart {
  return { migrations: PRODUCT_MIGRATIONS };
}
