import { createPricesKit } from '../../kits/prices/server/kit.ts';
import type { PricesOptions } from '../../kits/prices/server/options.ts';
import { Api, type Body } from './api.ts';
import { testToken } from './start-core.ts';
import { KITS_API_KEY, type KitsOptions, type RunningKits, startKits } from './start-kits.ts';

/** A price tracker whose time stands still until a test moves it. */
export interface RunningPrices extends RunningKits {
  /** The API as a backend calls it. */
  readonly backend: Api;
  /** The API as a user calls it. */
  as(user: string): Api;
  /** Adds a product of 100 TL. @returns its id. */
  add(fields?: object, api?: Api): Promise<string>;
  /** Sets a product's price, in minor units. */
  reprice(product: string, amount: number, api?: Api): Promise<Body>;
  /** What a user was told, the oldest first. */
  told(user: string): Promise<readonly Body[]>;
}

/** Lira, in minor units. */
export const lira = (amount: number) => ({ amount: Math.round(amount * 100), currency: 'TRY' });

/** Starts a server with the price tracker; it ends with the test. */
export async function startPrices(
  options: PricesOptions = {},
  kits: KitsOptions = {},
): Promise<RunningPrices> {
  const running = await startKits([createPricesKit(options)], kits);
  const backend = new Api({ url: running.url, bearer: KITS_API_KEY });
  return {
    ...running,
    backend,
    as: (user) => backend.as(testToken(user)),
    async add(fields = {}, api = backend) {
      const product = { name: 'Kahve makinesi', price: lira(100), ...fields };
      const { status, body, text } = await api.post('/prices/products', product);
      if (status !== 201) throw new Error(`adding was answered ${status}: ${text}`);
      return String(body.id);
    },
    async reprice(product, amount, api = backend) {
      const price = { amount, currency: 'TRY' };
      const { status, body, text } = await api.call('PATCH', `/prices/products/${product}`, { price });
      if (status !== 200) throw new Error(`the new price was answered ${status}: ${text}`);
      return body;
    },
    async told(user) {
      const { notifications } = await running.inbox.list(user, { limit: 100 });
      return notifications.toReversed();
    },
  };
}
