import type { Market, MarketObserver, MarketPart } from '../market-part.ts';
import type { Trading } from '../trading/trading.ts';
import { productRoutes } from './product-routes.ts';
import { PRODUCT_MIGRATIONS } from './tables.ts';

/** Products: `/market/products`. */
export function productsPart(
  tradingOf: (market: Market) => Trading,
  observers: readonly MarketObserver[],
): MarketPart {
  return {
    migrations: PRODUCT_MIGRATIONS,
    routes: (app, market) => productRoutes(app, { market, observers }, tradingOf(market)),
  };
}
