/**
 * A value that others can watch.
 *
 * @module
 */

/** A value, and a way to hear of its changes; what `useSyncExternalStore` wants. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** @returns A function that ends it. */
  subscribe(listener: () => void): () => void;
}

/** Creates a store; setting the same value again tells nobody. */
export function createStore<T>(initial: T): Store<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
