/**
 * A value that changes and can be watched: what React's `useSyncExternalStore` wants, and no more.
 *
 * @module
 */

/** A value that changes. Both functions may be passed on without the object they belong to. */
export interface Store<T> {
  /** Calls back after every change, until the function it gives is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The value now: the same object until it changes, and never changed in place. */
  readonly getSnapshot: () => T;
}

/** A store that its owner can write. */
export interface WritableStore<T> extends Store<T> {
  readonly set: (value: T) => void;
}

/** What a store tells its owner of who listens. */
export interface StoreWatch {
  /** The first listener has come. */
  readonly onFirst?: () => void;
  /** The last listener has gone. */
  readonly onLast?: () => void;
}

/**
 * Creates a store.
 *
 * @param onError told of a listener that threw; the others are called all the same.
 */
export function createStore<T>(
  initial: T,
  onError: (error: unknown) => void,
  { onFirst, onLast }: StoreWatch = {},
): WritableStore<T> {
  let value = initial;
  const listeners = new Set<{ readonly call: () => void }>();
  return {
    subscribe(call) {
      // Wrapped, so that the same function may listen twice.
      const listener = { call };
      listeners.add(listener);
      if (listeners.size === 1) onFirst?.();
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) onLast?.();
      };
    },
    getSnapshot: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const { call } of [...listeners]) {
        try {
          call();
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
