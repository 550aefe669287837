/** Tells handlers by name; one that throws keeps no other from being told. */
export class Emitter<Events> {
  readonly #handlers = new Map<keyof Events, Set<{ call(value: unknown): void }>>();
  readonly #onError: (error: unknown, event: keyof Events) => void;

  /** @param onError told of a handler that threw. */
  constructor(onError: (error: unknown, event: keyof Events) => void) {
    this.#onError = onError;
  }

  /** @returns stops telling the handler. */
  on<Name extends keyof Events>(event: Name, handler: (value: Events[Name]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    // Wrapped, so that the same function may be told twice.
    const entry = { call: handler as (value: unknown) => void };
    handlers.add(entry);
    return () => void handlers.delete(entry);
  }

  emit<Name extends keyof Events>(event: Name, value: Events[Name]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        handler.call(value);
      } catch (error) {
        this.#onError(error, event);
      }
    }
  }

  clear(): void {
    this.#handlers.clear();
  }
}
