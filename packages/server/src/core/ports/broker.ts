/**
 * A broker carries events between nodes and keeps the history of channels.
 *
 * What every implementation holds, and `runBrokerSuite` checks:
 *
 * - Order. Events of one channel get contiguous offsets in the order in which `publish` was called on a node. `onEvent`
 *   is called for each event once, in ascending `sequence`, so in the same order on every node for one channel.
 * - Durability. A durable event is given to `onEvent`, and its `publish` fulfilled, only once it is on disk. When the
 *   disk refuses, `publish` rejects with `storage_full` or `storage_unavailable`, the event was heard by nobody, and its
 *   offset is given to the next.
 * - Reading is atomic. A slice is one moment of the channel: an event is either in it (or before it) or has a greater
 *   offset than the slice's position.
 * - Idempotency. A `publish` with a key that was used on the channel within its window does nothing and returns what the
 *   first one returned, or rejects with `key_conflict` when the content differs.
 * - Never partial. A slice that cannot hold everything after what was asked says `recovered: false` and holds nothing
 *   but, when asked, the newest events.
 */
import type { Position } from '@tidings/protocol';
import type { ChannelEvent, EventContent } from './event.ts';

/** How a channel's history is kept; decided by its namespace. */
export interface HistoryPolicy {
  /** On disk before the acknowledgement. */
  readonly durable: boolean;
  /** At most so many events are kept; 0 keeps none. */
  readonly size: number;
  /** Events older than this are dropped, milliseconds. */
  readonly ttl: number;
  /** How long an idempotency key is remembered, milliseconds. */
  readonly keyWindow: number;
}

/** What to publish, and under which key. */
export interface PublishRequest extends EventContent {
  readonly key?: string | undefined;
}

/** Where a publish landed. */
export interface PublishReceipt {
  readonly channel: string;
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
}

/** Which part of a channel's history to read. Of `since` and `after` the later one counts, or the one that can be honoured. */
export interface SliceRequest {
  /** Everything after this position. */
  readonly since?: Position | undefined;
  /** Everything after this place in the log of all channels. */
  readonly after?: number | undefined;
  /** Nothing newer than this place in the log of all channels; the slice's position then is the place of its last event. */
  readonly through?: number | undefined;
  /** The newest so many events: alone, or when neither `since` nor `after` can be honoured. */
  readonly last?: number | undefined;
  /** At most so many events; the slice then says `more`. */
  readonly limit?: number | undefined;
}

/** One moment of a channel. */
export interface Slice {
  /** Where the channel stands, or stood at `through`. */
  readonly position: Position;
  /** `since` or `after` was given and nothing is missing between it and the first event. */
  readonly recovered: boolean;
  /** In ascending offsets. */
  readonly events: readonly ChannelEvent[];
  /** `limit` cut the slice. */
  readonly more: boolean;
}

/** A channel that has history. */
export interface ChannelSummary {
  readonly channel: string;
  readonly position: Position;
  readonly events: number;
}

export interface Broker {
  /** Names the log that sequences belong to; another name says that sequences of before mean nothing. */
  readonly log: string;

  /** Opens what it stands on and begins to call `onEvent`. Rejects when that is damaged or in use. */
  start(onEvent: (event: ChannelEvent) => void): Promise<void>;

  /** Puts an event on its channel. Rejects with a `TidingsError`, and then the event was not published. */
  publish(request: PublishRequest, policy: HistoryPolicy): Promise<PublishReceipt>;

  /**
   * As {@link publish}, but at once: nothing is waited for, and no promise made. A broker that always waits has none.
   *
   * @returns `undefined` when this publish has to wait for something: nothing has happened, `publish` is to be asked.
   * @throws TidingsError, and then the event was not published.
   */
  publishNow?(request: PublishRequest, policy: HistoryPolicy): PublishReceipt | undefined;

  /** Reads a channel. A channel that was never published to stands at offset 0. */
  read(channel: string, policy: HistoryPolicy, request: SliceRequest): Promise<Slice>;

  /** Forgets a channel's history: its next event begins a new epoch. */
  clear(channel: string, policy: HistoryPolicy): Promise<void>;

  /** The sequence of the newest event, or of the start. */
  head(): number;

  /** Whether an event was published on this node: of all nodes, one says so. */
  isOwn(event: ChannelEvent): boolean;

  /**
   * Waits until this node stands at a place in the log that another node has given out; not at all when the log has not come
   * so far. A broker of one node has none.
   *
   * @throws TidingsError `storage_unavailable`.
   */
  reach?(sequence: number): Promise<void>;

  /** Channels with history, in order of name (by code point, as `compareNames`), after the name `after`. */
  list(request: {
    prefix?: string | undefined;
    after?: string | undefined;
    limit: number;
  }): Promise<readonly ChannelSummary[]>;

  /** Finishes what was begun, then lets go of everything; no event is given out afterwards. */
  close(): Promise<void>;
}
