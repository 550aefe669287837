/**
 * Clients of several servers, one for each address.
 *
 * @module
 */
import type { Client } from './client.ts';
import { createClient } from './create-client.ts';
import type { ClientOptions } from './options.ts';
import { addressOf } from './settings.ts';

export interface ClientPoolOptions extends Omit<ClientOptions, 'url'> {
  /** Addresses with a connection at once. @default 5 */
  readonly maxUrls?: number;
}

/** Clients by address. */
export interface ClientPool {
  /**
   * The client of a server, which all channels of its address share. When that would be one too many, the client that was
   * asked for least recently is closed.
   *
   * @throws ClientError `invalid_request` for a url that is none.
   */
  get(url: string): Client;
  /** Closes all. */
  close(): Promise<void>;
}

const MAX_URLS = 5;

/** Creates a pool. An outbox store of the options would be shared by its clients, so leave it out when there are several. */
export function createClientPool({ maxUrls = MAX_URLS, ...options }: ClientPoolOptions): ClientPool {
  /** In the order in which they were asked for. */
  const clients = new Map<string, Client>();
  return {
    get(url) {
      const address = addressOf(url);
      const client = clients.get(address) ?? createClient({ ...options, url });
      clients.delete(address);
      clients.set(address, client);
      for (const [oldest, other] of clients) {
        if (clients.size <= maxUrls) break;
        clients.delete(oldest);
        void other.close();
      }
      return client;
    },
    async close() {
      const all = [...clients.values()];
      clients.clear();
      await Promise.all(all.map((client) => client.close()));
    },
  };
}
