/**
 * The market: bids and asks for sneakers, matched and told live. This is the list of its parts; each stands in a folder of
 * its own.
 *
 * @module
 */
import { env } from 'node:process';
import { defineKit, type Kit } from '@tidings/server/kit';
import { composeKit } from '../../shared/server/compose-kit.ts';
import { perServer } from '../../shared/server/per-server.ts';
import { feedPart } from './feed/feed-part.ts';
import type { Market } from './market-part.ts';
import { type MarketOptions, marketOptions, optionsFrom } from './options.ts';
import { ordersPart } from './orders/orders-part.ts';
import { productsPart } from './products/products-part.ts';
import { realtimePart } from './realtime/realtime-part.ts';
import { supportPart } from './support/support-part.ts';
import type { MarketTables } from './tables.ts';
import { Trading } from './trading/trading.ts';
import { tradingPart } from './trading/trading-part.ts';
import { USER_MIGRATIONS } from './user-tables.ts';

/** Makes the kit. @throws Error that names every option which cannot be. */
export function createMarketKit(given: Partial<MarketOptions> = {}): Kit<MarketTables> {
  const options = marketOptions(given);
  // What hears of products and matches, in the transactions that make them.
  const hearing = [ordersPart(options), feedPart(options), supportPart(options)];
  const observers = hearing.flatMap(({ observer }) => observer ?? []);
  const tradingOf = perServer((market: Market) => new Trading(market, options, observers));
  return defineKit(
    composeKit<MarketTables>('market', [
      { migrations: USER_MIGRATIONS },
      realtimePart(),
      productsPart(tradingOf, observers),
      tradingPart(tradingOf),
      ...hearing,
    ]),
  );
}

export default createMarketKit(optionsFrom(env));
