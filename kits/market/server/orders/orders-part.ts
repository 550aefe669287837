import type { MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { ORDER_MIGRATIONS } from './tables.ts';

export function ordersPart(_options: MarketOptions): MarketPart {
  return { migrations: ORDER_MIGRATIONS };
}
