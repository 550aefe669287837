import type { Clock } from './clock.ts';
import type { TransportKind } from './connection-status.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { OutboxStore } from './outbox/outbox-store.ts';
import type { PositionStore } from './positions.ts';
import type { OpenTransport } from './transports/transport.ts';

/**
 * Gives a token, or nothing for an anonymous session. Asked before every connection, before the token expires, and when
 * the server says that it has expired; so it should give a fresh one when the old one is about to end.
 */
export type TokenSource = (
  signal: AbortSignal,
) => string | undefined | null | Promise<string | undefined | null>;

/** How a client comes back. Each delay is random between 0 and its limit (full jitter). */
export interface BackoffOptions {
  /** The limit of the first delay, doubled each time, milliseconds. @default 500 */
  readonly initial?: number;
  /** The greatest limit, milliseconds. @default 30000 */
  readonly max?: number;
  /** Attempts in a row that may fail; then the state is `failed` and `connect()` starts again. @default Infinity */
  readonly maxAttempts?: number;
}

/** How messages are gathered. */
export interface BatchOptions {
  /** Messages that are sent at once without waiting further, 1–100. @default 100 */
  readonly size?: number;
  /** How long the first waits for others, milliseconds; 0 is the end of the current tick. @default 0 */
  readonly interval?: number;
}

/** How publishes and commands are kept until the server has answered them. */
export interface OutboxOptions {
  /** Where. @default memory: lost with the page or process */
  readonly store?: OutboxStore;
  /** Entries it may hold; beyond them a publish is rejected with `outbox_full`. @default 1000 */
  readonly maxSize?: number;
  /** How old an entry may get before it is given up (`too_old`), milliseconds. @default 86400000 (a day) */
  readonly maxAge?: number;
  /**
   * How often an entry may be answered with an error that may pass (`rate_limited` is not counted) or not at all on a live
   * connection, before it is given up (`retries_exhausted`). A lost connection does not count. @default 10
   */
  readonly maxAttempts?: number;
}

/** Lets several clients have one connection; see `shareTabs` of `@tidings/client/browser`. */
export type TransportSharing = (open: OpenTransport) => OpenTransport;

/** Every option of `createClient`. */
export interface ClientOptions {
  /** Where the server is: `https://host`, with a path when it is mounted below one. `ws:` and `wss:` are taken too. */
  readonly url: string;
  /** @default none: an anonymous session */
  readonly token?: string | TokenSource | undefined;
  /** What may be used, in the order of preference. @default ['websocket', 'sse'] */
  readonly transports?: readonly TransportKind[];
  /** @default a connection of its own */
  readonly share?: TransportSharing | undefined;
  readonly backoff?: BackoffOptions;
  readonly batch?: BatchOptions;
  readonly outbox?: OutboxOptions;
  /** Keeps positions over a reload of the page. @default not kept */
  readonly positions?: PositionStore | undefined;
  /** How long a request may take, waiting for a connection included, milliseconds. @default 30000 */
  readonly timeout?: number;
  /** How long opening a transport may take until the server's welcome, milliseconds. @default 10000 */
  readonly openTimeout?: number;
  /** How long `token()` may take, milliseconds. @default 15000 */
  readonly tokenTimeout?: number;
  /** How long a silent connection is given to answer a ping, milliseconds. @default 10000 */
  readonly pingTimeout?: number;
  /** @default the browser's own events where there are any */
  readonly lifecycle?: Lifecycle;
  /** @default the machine's own time */
  readonly clock?: Clock;
  /** Between 0 and 1. @default Math.random */
  readonly random?: () => number;
}
