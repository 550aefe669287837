import type { Client } from './client.ts';
import { clientOf } from './client-of.ts';
import type { ClientOptions } from './options.ts';
import { openLazily } from './transports/open-lazily.ts';
import { openWebSocket } from './transports/websocket-transport.ts';

/**
 * Creates the client of a server. It connects when something first needs it.
 *
 * @throws ClientError `invalid_request` for an option that cannot be.
 */
export function createClient(options: ClientOptions): Client {
  return clientOf(options, {
    websocket: openWebSocket,
    sse: openLazily('sse', async () => (await import('./transports/sse-transport.ts')).openSse),
  });
}
