/**
 * Tidings for browsers, Node and React Native: channels that are live, and that miss nothing.
 *
 * ```ts
 * const client = createClient({ url: 'https://live.example.com', token: () => fetchToken() });
 * const product = client.channel<{ price_update: { new_price: string } }>('product:42');
 * product.on('price_update', ({ new_price }) => show(new_price));
 * await product.publish('price_update', { new_price: '90 TL' });
 * ```
 *
 * @module
 */
export type {
  EventMessage,
  EventsOf,
  PresenceMember,
  Published,
} from '@tidings/protocol';
export * from './channel.ts';
export * from './client.ts';
export {
  ClientError,
  type ClientErrorCode,
  type ClientErrorOptions,
  type LocalErrorCode,
} from './client-error.ts';
export { type ClientPool, type ClientPoolOptions, createClientPool } from './client-pool.ts';
export type { Clock, Timer } from './clock.ts';
export * from './connection-status.ts';
export { createClient } from './create-client.ts';
export type { Lifecycle, LifecycleListener } from './lifecycle.ts';
export * from './options.ts';
export type { OutboxEntry, OutboxMessage, OutboxStore } from './outbox/outbox-store.ts';
export type { PositionStore } from './positions.ts';
export { createStore, type Store, type StoreWatch, type WritableStore } from './store.ts';
export type {
  OpenTransport,
  Transport,
  TransportEnd,
  TransportListener,
  TransportParts,
} from './transports/transport.ts';
