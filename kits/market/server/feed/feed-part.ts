/**
 * The feed "Hot Deals", and watch lists.
 *
 * @module
 */
import { FEED_EVENTS, type Product } from '../../events.ts';
import { DEALS } from '../channels.ts';
import type { MarketPart, Transaction } from '../market-part.ts';
import type { MarketOptions } from '../options.ts';
import { tellAskChange } from './ask-changes.ts';
import { feedRoutes } from './feed-routes.ts';
import { RANKING_SCHEDULE, rank } from './ranking.ts';
import { FEED_MIGRATIONS } from './tables.ts';
import { FEED_NOTIFICATIONS, newProductTexts } from './texts.ts';
import { watchCommands, watchRoutes } from './watch-routes.ts';

/** The feed. */
export function feedPart(options: Pick<MarketOptions, 'dropPercent' | 'maxWatches'>): MarketPart {
  return {
    migrations: FEED_MIGRATIONS,
    notifications: FEED_NOTIFICATIONS,
    namespaces: {
      feed: {
        durable: true,
        history: { size: 1000 },
        rights: { subscribe: ({ channel }) => channel === DEALS, publish: 'nobody' },
        events: FEED_EVENTS,
      },
    },
    commands: (market) => watchCommands(market, options),
    routes(app, market) {
      feedRoutes(app, market);
      watchRoutes(app, market, options);
    },
    // Everywhere, because each server knows who looks at what on it.
    jobs: [{ name: 'rank products', schedule: RANKING_SCHEDULE, everywhere: true, run: rank }],
    observer: {
      productAdded: tellNewProduct,
      async bestChanged(transaction, change) {
        if (change.side === 'ask') await tellAskChange(transaction, change, options.dropPercent);
      },
    },
  };
}

async function tellNewProduct({ publish }: Transaction, product: Product): Promise<void> {
  const texts = newProductTexts(product.name);
  const data = { product, message: texts.en, texts, at: product.created };
  await publish({ channel: DEALS, event: 'NEW_PRODUCT', data });
}
