/**
 * The contract between a pane and its transport.
 *
 * @module
 */
import type { ChannelEvent, Position, Problem } from './event.ts';
import type { Joined } from './feed-log.ts';

/** What a link follows, and as whom. */
export interface Target {
  readonly channel: string;
  /** A JWT; `undefined` for an anonymous session. */
  readonly token: string | undefined;
  /** How many past events to begin with. */
  readonly last: number;
}

/** Why a connection ended, and whether to come back. */
export interface Ended {
  readonly problem?: Problem;
  readonly reconnect: boolean;
  /** Milliseconds to wait before that. */
  readonly retryAfter?: number;
  /** The transport comes back by itself; nobody else needs to. */
  readonly byItself?: boolean;
}

/** What a link tells. After `abort` it tells nothing until it is opened again. */
export interface LinkHandlers {
  /** The channel is followed. Its past comes next, as events. */
  joined(joined: Joined): void;
  event(event: ChannelEvent): void;
  /** The past has been told. */
  settled(): void;
  ended(ended: Ended): void;
}

/** One transport following one channel; it remembers by itself what its way of resuming needs. */
export interface Link {
  /** Connects, or connects again after `abort` or `ended`. @param from The place that the pane has everything up to. */
  open(from: Position | undefined): void;
  /** Ends the connection at once. */
  abort(): void;
}

/** Creates a link that is not connected yet. */
export type CreateLink = (target: Target, on: LinkHandlers) => Link;
