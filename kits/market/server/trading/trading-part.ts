/**
 * Bids, asks and matches: the books, and what everybody is told of them.
 *
 * @module
 */
import { DEPTH_EVENTS, MARKET_EVENTS, SNEAKER_EVENTS } from '../../events.ts';
import { MARKET } from '../channels.ts';
import type { Market, MarketPart } from '../market-part.ts';
import { marketDataRoutes } from './market-data-routes.ts';
import { offerRoutes } from './offer-routes.ts';
import { TRADING_MIGRATIONS } from './tables.ts';
import { TRADING_NOTIFICATIONS } from './texts.ts';
import type { Trading } from './trading.ts';
import { tradingCommands } from './trading-commands.ts';

/** Events that a product's channel keeps. */
const SNEAKER_HISTORY = 1000;

/** Events that the channel of all products keeps. */
const MARKET_HISTORY = 1000;

/** Bids, asks and matches. */
export function tradingPart(tradingOf: (market: Market) => Trading): MarketPart {
  return {
    migrations: TRADING_MIGRATIONS,
    notifications: TRADING_NOTIFICATIONS,
    namespaces: {
      // Whoever the server lets in may look; it alone speaks.
      sneaker: {
        durable: true,
        history: { size: SNEAKER_HISTORY },
        presence: true,
        rights: { subscribe: 'anyone', publish: 'nobody' },
        events: SNEAKER_EVENTS,
      },
      market: {
        durable: true,
        history: { size: MARKET_HISTORY },
        overflow: 'conflate',
        rights: { subscribe: ({ channel }) => channel === MARKET, publish: 'nobody' },
        events: MARKET_EVENTS,
      },
      depth: {
        // What a book was a moment ago means nothing.
        history: { size: 0 },
        overflow: 'conflate',
        rights: { subscribe: 'anyone', publish: 'nobody' },
        events: DEPTH_EVENTS,
      },
    },
    commands: (market) => tradingCommands(tradingOf(market)),
    routes(app, market) {
      marketDataRoutes(app, market);
      offerRoutes(app, market, tradingOf(market));
    },
    jobs: [{ name: 'end what is over', schedule: '* * * * *', run: (market) => tradingOf(market).sweep() }],
  };
}
