/**
 * The price tracker: products whose prices are watched, told to everybody who looks and to each whom it concerns.
 *
 * @module
 */
import { defineKit, type Kit } from '@tidings/server/kit';
import { IMPORT_EVENTS, LIST_EVENTS, PRODUCT_EVENTS } from '../events.ts';
import { pricesCommands, welcome, welcomeUser } from './commands.ts';
import { Imports } from './imports.ts';
import { type PricesOptions, readOptions, settle } from './options.ts';
import { importRoutes } from './routes/imports.ts';
import { productRoutes } from './routes/products.ts';
import { shopRoutes } from './routes/shops.ts';
import { watchRoutes } from './routes/watches.ts';
import { Shops } from './shops.ts';
import { MIGRATIONS, type Prices, type Tables } from './tables.ts';
import { NOTIFICATIONS } from './texts.ts';

/** Events of a product that its channel keeps. */
const PRODUCT_HISTORY = 100;

/** New products that the list's channel keeps. */
const LIST_HISTORY = 100;

/** Reports of an import that its channel keeps. */
const IMPORT_HISTORY = 20;

/** Makes the price tracker. @throws Error that names an option which cannot be. */
export function createPricesKit(options: PricesOptions = {}): Kit<Tables> {
  const settings = settle(options);
  // One kit may be on several servers of a process.
  const imports = onEach((prices) => new Imports(prices, settings));
  const shops = onEach((prices) => new Shops(prices, settings));
  return defineKit<Tables>({
    name: 'prices',

    namespaces: (prices) => ({
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
      import: {
        history: { size: IMPORT_HISTORY },
        rights: {
          subscribe: ({ identity, rest }) => imports(prices).isOf(identity.user, rest),
          publish: 'nobody',
        },
        events: IMPORT_EVENTS,
      },
    }),

    commands: (prices) => pricesCommands(prices, settings.language),

    routes(app, prices) {
      productRoutes(app, prices, settings);
      watchRoutes(app, prices, settings);
      shopRoutes(app, prices, settings, shops(prices));
      importRoutes(app, prices, imports(prices));
    },

    files: { '/js/socketio-client.js': new URL('../web/socketio-client.js', import.meta.url) },
    notifications: NOTIFICATIONS,
    migrations: MIGRATIONS,
    onConnect: welcome,
    onIdentify: welcomeUser,

    jobs: [
      {
        name: 'go on with imports',
        schedule: '* * * * * *',
        run: (prices) => imports(prices).work(),
      },
      {
        name: 'look at shops',
        schedule: '*/10 * * * * *',
        // Not waited for: a shop may take its time, and the end of the server shall not.
        run: (prices) => void shops(prices).run(),
      },
      {
        name: 'forget what is old',
        schedule: '17 * * * *',
        run: (prices) => imports(prices).sweep(),
      },
    ],

    onStop: (prices) => shops(prices).close(),
  });
}

/** Makes a part once for each server. */
function onEach<Part>(make: (prices: Prices) => Part): (prices: Prices) => Part {
  const parts = new WeakMap<Prices, Part>();
  return (prices) => {
    const part = parts.get(prices) ?? make(prices);
    parts.set(prices, part);
    return part;
  };
}

export default createPricesKit(readOptions(process.env));
