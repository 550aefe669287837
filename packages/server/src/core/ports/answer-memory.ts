/**
 * Remembers what commands with a key were answered, so that a repeat has one effect and the same answer.
 *
 * A command that failed is not remembered: it may be sent again.
 */
import type { Identity } from '../identity.ts';
import type { Session } from '../session.ts';

/** A command that may be a repeat. */
export interface KeyedCommand {
  readonly name: string;
  readonly data: unknown;
  readonly key: string;
  readonly identity: Identity;
  readonly session: Session | undefined;
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
