/**
 * A journal keeps the durable channels of the memory broker on this machine's disk.
 *
 * Its calls are synchronous: a commit is one moment of the process, in which no event can slip between. What every
 * implementation holds, and `runJournalSuite` checks: when `commit` returns, everything in it is on disk and survives
 * `kill -9` and loss of power; when it throws, nothing in it is there. Every call but `open` and `close` may throw a
 * `TidingsError`, `storage_full` or `storage_unavailable`, and the next one works again as soon as the disk does.
 */

import type { ChannelSummary } from './broker.ts';
import type { ChannelEvent } from './event.ts';

/** What a key was used for. */
export interface KeyRecord {
  /** Of the content that was published under it. */
  readonly hash: string;
  readonly offset: number;
  readonly epoch: string;
  readonly id: string;
}

/** One event to be kept. */
export interface JournalEntry {
  readonly event: ChannelEvent;
  /** When history drops it, milliseconds since 1970-01-01 UTC. */
  readonly expiresAt: number;
  readonly key: { readonly key: string; readonly hash: string; readonly expiresAt: number } | undefined;
}

/** Events at and before an offset that history no longer keeps. */
export interface JournalTrim {
  readonly channel: string;
  readonly through: number;
  /** The sequence of the newest event dropped. */
  readonly floor: number;
}

/** A channel as it stands on disk. */
export interface StoredChannel {
  readonly epoch: string;
  /** The newest event's; 0 when there was none in this epoch. */
  readonly offset: number;
  /** The sequence of the newest event that is no longer kept, or of the epoch's beginning. */
  readonly floor: number;
  /** Events through this offset are not on disk any more. */
  readonly trimmed: number;
  /** The newest events that are kept, ascending. */
  readonly events: readonly ChannelEvent[];
}

export interface Journal {
  /** Opens or creates it. @throws Error that says what is damaged, or who has it in use. */
  open(): void;
  /** Names this log, for ever. */
  readonly log: string;
  /** What the epochs of channels without a record are made from; another one once a channel was forgotten. */
  readonly epoch: string;
  /** No sequence below this one has been lost with a deleted channel. */
  readonly floor: number;
  /** Sequences up to this one may have been given out. */
  readonly ceiling: number;
  /** Moves `ceiling` up, on disk when it returns. */
  reserve(ceiling: number): void;
  /** Reads a channel with its newest `size` unexpired events. */
  load(channel: string, size: number, now: number): StoredChannel | undefined;
  /** Looks an unexpired key up. */
  findKey(channel: string, key: string, now: number): KeyRecord | undefined;
  /** Keeps entries and drops what history gives up, in one transaction. */
  commit(entries: readonly JournalEntry[], trims: readonly JournalTrim[]): void;
  /** Forgets a channel's events, not its keys; its next event begins in a new epoch. `sequence` is the log's newest. */
  clear(channel: string, sequence: number): void;
  /** Channels with an event in their epoch, in order of name (by code point); expired events count until they are swept. */
  list(request: {
    prefix?: string | undefined;
    after?: string | undefined;
    limit: number;
  }): readonly ChannelSummary[];
  /**
   * Deletes what has expired, a bounded amount a call; what it leaves of a channel is contiguous up to the newest event.
   * A channel long without events may be forgotten altogether, and then `epoch` and `floor` are others.
   *
   * @returns whether nothing more has expired.
   */
  sweep(now: number): boolean;
  close(): void;
}
