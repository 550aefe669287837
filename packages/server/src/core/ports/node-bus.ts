/**
 * A node bus carries words from one server to the others that share its channels: orders that mean something now, such as
 * to end a session. Events go by the broker and not by it.
 *
 * What every implementation holds, and `runNodeBusSuite` checks:
 *
 * - To the others. Whoever is there hears what is told once, as JSON has it; who tells it does not.
 * - In order. What one node tells is heard in the order in which it was told.
 * - Never silently lost. A node that may not have heard everything, because it or another was cut off or died without a
 *   word, is called by `onMissed`, once it hears again. What must hold all the same is then to be read from where it is
 *   kept: the bus keeps nothing.
 */
export interface NodeBus {
  /** Names this node among all. */
  readonly node: string;

  /** Begins to hear. Listeners that are added before miss nothing. @throws Error when it cannot be reached. */
  start(): Promise<void>;

  /**
   * Tells all other nodes.
   *
   * @param data any JSON value.
   * @returns how many there are that hear it.
   * @throws TidingsError `storage_unavailable` when it cannot be reached; the others may or may not hear it, and they miss
   *   it as {@link onMissed} says.
   */
  tell(topic: string, data: unknown): Promise<number>;

  /** Listens to what other nodes tell. A listener must not throw. */
  hear(topic: string, listener: (data: unknown, from: string) => void): void;

  /** Calls back whenever something may have been missed. */
  onMissed(listener: () => void): void;

  /** Hears no more. */
  close(): Promise<void>;
}
