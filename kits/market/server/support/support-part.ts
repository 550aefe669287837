import type { MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { SUPPORT_MIGRATIONS } from './tables.ts';

export function supportPart(_options: MarketOptions): MarketPart {
  return { migrations: SUPPORT_MIGRATIONS };
}
