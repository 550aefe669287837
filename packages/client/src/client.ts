/**
 * The client of one server.
 *
 * @module
 */
import type { CallOptions, Channel, ChannelOptions, EventMap, SendOptions } from './channel.ts';
import type { ClientError } from './client-error.ts';
import type { ConnectionStatus, TransportKind } from './connection-status.ts';
import type { OutboxEntry } from './outbox/outbox-store.ts';
import type { Store } from './store.ts';

/** What `client.pending` holds: what the server has not answered yet. */
export interface PendingStatus {
  /** Publishes and commands in the outbox, oldest first. */
  readonly entries: readonly OutboxEntry[];
}

/** What a client tells by `on`. */
export interface ClientEvents {
  /** Something went wrong that no promise tells, or that an operator should know. The client goes on. */
  readonly error: ClientError;
  /** The client goes on by another transport, and why. */
  readonly transport: { readonly kind: TransportKind; readonly reason: ClientError | undefined };
  /** The outbox's store has kept an entry: it survives what the store survives. */
  readonly queued: OutboxEntry;
  /** The server has taken an entry; also one that an earlier life of the page has left. */
  readonly delivered: { readonly entry: OutboxEntry; readonly data: unknown };
  /** An entry was refused or given up, and is gone from the outbox; also one of an earlier life. */
  readonly undelivered: { readonly entry: OutboxEntry; readonly error: ClientError };
  /** An event for this session alone; it has no place in a channel. */
  readonly direct: { readonly event: string; readonly data: unknown };
}

/** A client: one connection for all its channels. */
export interface Client {
  /** The server's address, as `http:` or `https:`. */
  readonly url: string;
  readonly status: Store<ConnectionStatus>;
  readonly pending: Store<PendingStatus>;
  /** The channel of this name: always the same object. @throws ClientError `bad_channel`. */
  channel<Events = EventMap>(name: string, options?: ChannelOptions): Channel<Events>;
  /**
   * Sends a command. It goes through the outbox with its key, so a resend has one effect.
   *
   * @throws ClientError any code of the server; `aborted`, `closed`, `outbox_full`, `retries_exhausted`, `too_old`.
   */
  command<Result = unknown>(name: string, data?: unknown, options?: SendOptions): Promise<Result>;
  /**
   * Connects, and comes back after every loss. Needed only after `disconnect()` or in the state `failed`: otherwise the
   * client connects when something needs it.
   *
   * @throws ClientError why it has failed; `aborted`, `closed`.
   */
  connect(options?: CallOptions): Promise<void>;
  /** Leaves, and stays away until `connect()`. Channels and the outbox are kept. */
  disconnect(): void;
  /** Asks `token()` again and hands its answer to the server, as after a change of rights. @throws ClientError */
  refreshToken(): Promise<void>;
  /** Hears what the client tells. @returns stops hearing it. */
  on<Name extends keyof ClientEvents>(event: Name, handler: (value: ClientEvents[Name]) => void): () => void;
  /** Ends for good: whatever waits is rejected with `closed`; what a durable outbox holds stays there. */
  close(): Promise<void>;
}
