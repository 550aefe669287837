/**
 * What the client has for Node alone.
 *
 * @module
 */
export { SqliteOutboxStore } from './node/sqlite-outbox-store.ts';
