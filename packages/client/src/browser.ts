/**
 * What the client has for browsers alone.
 *
 * @module
 */
export { IndexedDbOutboxStore } from './browser/indexeddb-outbox-store.ts';
export { shareTabs } from './browser/share-tabs.ts';
export { webStoragePositions } from './browser/web-storage-positions.ts';
