import type { MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { FEED_MIGRATIONS } from './tables.ts';

export function feedPart(_options: MarketOptions): MarketPart {
  return { migrations: FEED_MIGRATIONS };
}
