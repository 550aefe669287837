/**
 * What the client has for browsers alone.
 *
 * @module
 */
export { IndexedDbOutboxStore } from './browser/indexeddb-outbox-store.ts';
export { webStoragePositions } from './browser/web-storage-positions.ts';
