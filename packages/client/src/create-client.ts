import type { Client } from './client.ts';
import type { ClientOptions } from './options.ts';

/** Creates the client of a server. Nothing is sent before something needs a connection. @throws ClientError `invalid_request` for a url that is none. */
export function createClient(options: ClientOptions): Client {
  throw new Error(`not ready yet: ${options.url}`);
}
