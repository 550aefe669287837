/**
 * An outbox store keeps what a client has still to send.
 *
 * A store belongs to one client. What a client that is gone has left is taken over by `adopt`. What every implementation
 * holds, and `runOutboxStoreSuite` checks:
 *
 * - Kept. Once `add` is fulfilled, a later life of the application finds the entry by `adopt`, until it is removed. (A
 *   memory store has no later life.)
 * - In order. `adopt` gives entries in the order in which they were added.
 * - One owner. An entry is never given to two clients that both live, and never to one while its owner lives.
 */

/** One message that is kept until the server has answered it. */
export interface OutboxEntry {
  /** The idempotency key; unique. */
  readonly key: string;
  /** The message as the native protocol has it, without its `id`. */
  readonly message: OutboxMessage;
  /** When it was made, milliseconds since 1970-01-01 UTC. */
  readonly created: number;
  /** The user it was made by, where that was known; it is never sent for another. */
  readonly user: string | undefined;
}

/** What an outbox sends. */
export type OutboxMessage =
  | {
      readonly type: 'publish';
      readonly channel: string;
      readonly event: string;
      readonly data: unknown;
      readonly key: string;
      readonly conflate?: string;
    }
  | { readonly type: 'command'; readonly name: string; readonly data: unknown; readonly key: string };

export interface OutboxStore {
  /**
   * Takes over, oldest first, what clients have left that are gone. Called before anything else, and again from time to
   * time, also after it has failed: what is already this client's own is not given again.
   */
  adopt(): Promise<readonly OutboxEntry[]>;
  /** Has it call back when a client is gone that may have left something; a store that cannot know leaves it out. */
  watch?(onLeft: () => void): void;
  /**
   * Keeps an entry, after all that were added before; one whose key is kept already stays where it is.
   *
   * @throws Error when it cannot be kept.
   */
  add(entry: OutboxEntry): Promise<void>;
  /** Forgets entries; those that are not there are passed over. */
  remove(keys: readonly string[]): Promise<void>;
  /** Lets go. What was not removed can be adopted by another. */
  close(): Promise<void>;
}
