import type { MarketObserver, MarketPart } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { TRADING_MIGRATIONS } from './tables.ts';

/** Bids, asks and matches. */
export function tradingPart(_options: MarketOptions, _observers: readonly MarketObserver[]): MarketPart {
  return { migrations: TRADING_MIGRATIONS };
}
