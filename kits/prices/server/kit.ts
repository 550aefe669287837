/**
 * The price tracker: products whose prices are watched, told to everybody who looks and to each whom it concerns.
 *
 * @module
 */
import { defineKit, type Kit } from '@tidings/server/kit';
import { LIST_EVENTS, PRODUCT_EVENTS } from '../events.ts';
import { pricesCommands, welcome } from './commands.ts';
import { forgetKeys } from './keys.ts';
import { type PricesOptions, readOptions, settle } from './options.ts';
import { productRoutes } from './routes/products.ts';
import { watchRoutes } from './routes/watches.ts';
import { MIGRATIONS, type Tables } from './tables.ts';
import { NOTIFICATIONS } from './texts.ts';

/** Events of a product that its channel keeps. */
const PRODUCT_HISTORY = 100;

/** New products that the list's channel keeps. */
const LIST_HISTORY = 100;

/** Makes the price tracker. @throws Error that names an option which cannot be. */
export function createPricesKit(options: PricesOptions = {}): Kit<Tables> {
  const settings = settle(options);
  return defineKit<Tables>({
    name: 'prices',

    namespaces: {
      // Whoever the server lets in may look; it alone speaks.
      product: {
        durable: true,
        history: { size: PRODUCT_HISTORY },
        presence: true,
        rights: { subscribe: 'anyone', publish: 'nobody' },
        events: PRODUCT_EVENTS,
      },
      products: {
        durable: true,
        history: { size: LIST_HISTORY },
        rights: { subscribe: 'anyone', publish: 'nobody' },
        events: LIST_EVENTS,
      },
    },

    commands: (prices) => pricesCommands(prices, settings.language),

    routes(app, prices) {
      productRoutes(app, prices, settings);
      watchRoutes(app, prices, settings);
    },

    notifications: NOTIFICATIONS,
    migrations: MIGRATIONS,
    onConnect: welcome,

    jobs: [
      {
        name: 'forget keys',
        schedule: '17 * * * *',
        run: (prices) => forgetKeys(prices, settings.keyWindow),
      },
    ],
  });
}

export default createPricesKit(readOptions(process.env));
