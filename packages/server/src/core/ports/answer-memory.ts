/**
 * Remembers what commands with a key were answered, so that a repeat has one effect and the same answer.
 *
 * A command that failed is not remembered: it may be sent again.
 */
import type { Identity } from '../identity.ts';

/** A call that may come again: a command, or a request to a route. */
export interface Call {
  /** The command's name; of a route, something like `POST /polls`. */
  readonly name: string;
  /** What came with it: under one key always the same. */
  readonly data: unknown;
  /** The idempotency key; a call without one is never a repeat. */
  readonly key: string | undefined;
  /** Whose key it is. */
  readonly identity: Pick<Identity, 'user'>;
  /** It is a backend's key, whatever the identity. @default false */
  readonly server?: boolean;
}

/** A command that may be a repeat. */
export interface KeyedCommand extends Call {
  readonly key: string;
}

export interface AnswerMemory {
  /**
   * The answer that was given before, in this life of the server or an earlier one.
   *
   * @throws TidingsError `key_conflict` when the key came with other data; `storage_unavailable`.
   */
  recall(command: KeyedCommand): Promise<{ readonly data: unknown } | undefined>;
  /**
   * Runs a handler at once and remembers its answer; when the same command is under way, waits for that instead.
   *
   * @throws TidingsError `key_conflict`; whatever the handler throws.
   */
  run(command: KeyedCommand, handle: () => unknown): Promise<unknown>;
}
