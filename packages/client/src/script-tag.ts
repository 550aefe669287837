/**
 * What `<script src="/js/tidings.js">` gives as the global `tidings`: everything in one file.
 *
 * @module
 */
import type { Client } from './client.ts';
import { clientOf } from './client-of.ts';
import type { ClientOptions } from './options.ts';
import { openSse } from './transports/sse-transport.ts';
import { openWebSocket } from './transports/websocket-transport.ts';

export { IndexedDbOutboxStore } from './browser/indexeddb-outbox-store.ts';
export { shareTabs } from './browser/share-tabs.ts';
export { webStoragePositions } from './browser/web-storage-positions.ts';
export { ClientError } from './client-error.ts';
export { createNotifications } from './notifications/create-notifications.ts';
export { mountToasts } from './notifications/mount-toasts.ts';
export { serverPush } from './notifications/server-push.ts';
export { createToasts } from './notifications/toasts.ts';

/** As `createClient` of the package, with nothing that is loaded later. */
export function createClient(options: ClientOptions): Client {
  return clientOf(options, { websocket: openWebSocket, sse: openSse });
}
