/**
 * A channel, as an application sees it.
 *
 * @module
 */
import type { EventMessage, PresenceMember, Published } from '@tidings/protocol';
import type { ClientError } from './client-error.ts';
import type { Store } from './store.ts';

/** The events of a channel: name → data. */
export interface EventMap {
  readonly [event: string]: unknown;
}

/** The names in an event map. */
export type EventName<Events> = Extract<keyof Events, string>;

/** What is known of an event beside its name and data. */
export interface EventMeta {
  readonly channel: string;
  readonly event: string;
  /** Its place in the channel: contiguous from 1 within an epoch. */
  readonly offset: number;
  readonly epoch: string;
  /** Unique among all events of the server. */
  readonly id: string;
  /** When the server took it, milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** The user who published it; `undefined` when a server did. */
  readonly user: string | undefined;
}

/** Hears an event. What it throws is told by `client.on('error')` as `handler_failed`. */
export type EventHandler<Data> = (data: Data, meta: EventMeta) => void;

/** Events were missed and cannot be given: the present state must be loaded another way. */
export interface Gap {
  readonly channel: string;
  /** What had been heard, `epoch:offset`. */
  readonly since: string;
  /** Where the channel stands; events after it follow. */
  readonly position: string;
}

/**
 * Loads a snapshot after a gap. Events of the channel are held back until what it returns is fulfilled, so the snapshot
 * is never overwritten by older news.
 */
export type GapHandler = (gap: Gap) => unknown;

/**
 * Where a subscription stands.
 *
 * - `idle`: nobody listens.
 * - `pending`: waits for the connection or the server's answer.
 * - `live`: every event is heard.
 * - `failed`: the server refused or ended it, `error` says why. It is tried again with the next connection, with a new
 *   token, and when somebody subscribes anew.
 */
export interface ChannelStatus {
  readonly state: 'idle' | 'pending' | 'live' | 'failed';
  /** What has been heard, `epoch:offset`. */
  readonly position: string | undefined;
  /** Whether the last (re)connection brought everything that was missed; `undefined` before there was anything to miss. */
  readonly recovered: boolean | undefined;
  readonly error: ClientError | undefined;
}

/** What may be said of a channel when it is first asked for. */
export interface ChannelOptions {
  /** Hear the newest so many events when the channel is first followed. @default 0 */
  readonly last?: number | undefined;
}

/** What may be said of something that is awaited. */
export interface CallOptions {
  /** Gives up waiting: the promise is rejected with the code `aborted`. What has reached the server stays done. */
  readonly signal?: AbortSignal | undefined;
}

/** What may be said of a call that asks the server something. */
export interface RequestOptions extends CallOptions {
  /** How long to wait for an answer, a connection included, milliseconds. @default `timeout` of the client */
  readonly timeout?: number | undefined;
}

/** What may be said of something that goes through the outbox. */
export interface SendOptions extends CallOptions {
  /** The idempotency key, 1–128 characters. @default a new one */
  readonly key?: string | undefined;
  /** False: not kept, and rejected with `not_connected` when there is no connection. @default true */
  readonly offline?: boolean | undefined;
}

/** What may be said of a publish. */
export interface PublishOptions extends SendOptions {
  /** In a conflating namespace: a slow reader keeps only the newest event of each such key. @default the event's name */
  readonly conflate?: string | undefined;
}

/** What to read of a channel's past. */
export interface HistoryOptions extends RequestOptions {
  /** Everything after this position. */
  readonly since?: string | undefined;
  /** The newest so many. */
  readonly last?: number | undefined;
  /** Events of one page, 1–1000. @default 100 */
  readonly limit?: number | undefined;
}

/** A page of a channel's past. */
export interface HistoryPage {
  readonly channel: string;
  /** Where the channel stands. */
  readonly position: string;
  /** Nothing is missing between `since` and the first event. */
  readonly recovered: boolean;
  readonly events: readonly EventMessage[];
  /** `limit` cut the page; ask again `since` its last event. */
  readonly more: boolean;
}

/** The live member list of a channel; it is kept while somebody subscribes to it. */
export interface Presence extends Store<readonly PresenceMember[]> {
  /** Whether the list is known and kept. */
  readonly ready: () => boolean;
}

/** Who is typing on a channel (without this client's own user); it is kept while somebody subscribes to it. */
export interface Typing extends Store<readonly string[]> {
  /** Call it on every key press: says that the user types, no more often than needed, and ends by itself. */
  readonly start: () => void;
  /** The user has stopped, or has sent. */
  readonly stop: () => void;
}

/** A channel with typed events. It is followed while something listens, and left with the last `off`. */
export interface Channel<Events = EventMap> {
  readonly name: string;
  readonly status: Store<ChannelStatus>;
  /** Hears one event. @returns stops hearing it. */
  on<Name extends EventName<Events>>(event: Name, handler: EventHandler<Events[Name]>): () => void;
  /** Hears all events. @returns stops hearing them. */
  onAny(handler: EventHandler<Events[EventName<Events>]>): () => void;
  /** Told when events were missed for good; loads a snapshot. Does not follow the channel by itself. */
  onGap(handler: GapHandler): () => void;
  /** Follows the channel without hearing anything. @returns lets go. */
  subscribe(): () => void;
  /**
   * Publishes. Kept in the outbox until the server has taken it, so it survives a tunnel and, with a durable store, a
   * closed tab. Fulfilled once the server has acknowledged it.
   *
   * @throws ClientError any code of the server; `aborted`, `closed`, `outbox_full`, `retries_exhausted`, `too_old`.
   */
  publish<Name extends EventName<Events>>(
    event: Name,
    data: Events[Name],
    options?: PublishOptions,
  ): Promise<Published>;
  /** Reads the past. @throws ClientError any code of the server; `aborted`, `closed`, `timeout`. */
  history(options?: HistoryOptions): Promise<HistoryPage>;
  readonly presence: Presence;
  readonly typing: Typing;
}
