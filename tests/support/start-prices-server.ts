import { join } from 'node:path';
import type { ConfigInput } from '../../packages/server/src/config.ts';
import { Api } from './api.ts';
import { tokenFor } from './credentials.ts';
import { type RunningServer, startServer } from './start-server.ts';

/** The kit of the price tracker, for a server's configuration. */
export const PRICES_KIT = join(import.meta.dirname, '../../kits/prices/server/kit.ts');

/** A real server with the price tracker. */
export interface PricesServer extends RunningServer {
  readonly backend: Api;
  as(user: string): Api;
  /** Adds a product of 100 TL under an id. */
  add(id: string, fields?: object): Promise<void>;
  /** Sets a product's price, in lira. */
  reprice(id: string, lira: number): Promise<void>;
}

/** Starts a real server with the price tracker; ended with the test. */
export async function startPricesServer(options: ConfigInput = {}): Promise<PricesServer> {
  const server = await startServer({ kits: [PRICES_KIT], presence: { grace: 0 }, ...options });
  const backend = new Api({ url: server.url, bearer: server.apiKey });
  const call = async (method: string, path: string, body: object) => {
    const { status, text } = await backend.call(method, `/prices/products/${path}`, body);
    if (status !== 200) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  };
  return {
    ...server,
    backend,
    as: (user) => backend.as(tokenFor(user)),
    add: (id, fields = {}) => {
      const price = { amount: 10_000, currency: 'TRY' };
      return call('PUT', id, { name: 'Ürün Adı', brand: 'Marka', price, ...fields });
    },
    reprice: (id, lira) => call('PATCH', id, { price: { amount: lira * 100, currency: 'TRY' } }),
  };
}
