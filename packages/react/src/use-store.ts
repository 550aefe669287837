import type { Store } from '@tidings/client';
import { useCallback, useSyncExternalStore } from 'react';

/**
 * The value of a store; the component renders again when it changes.
 *
 * A component that goes lets go of the store at the end of the tick. So one that is mounted twice, as StrictMode does, or
 * replaced by another that wants the same, never leaves it: nothing is asked for twice, and nothing is missed.
 *
 * @param server the value on a server, and until the page is hydrated; always the same object.
 */
export function useStore<T>(store: Store<T>, server: T): T {
  const subscribe = useCallback(
    (listener: () => void) => {
      let mounted = true;
      const leave = store.subscribe(() => {
        if (mounted) listener();
      });
      return () => {
        mounted = false;
        queueMicrotask(leave);
      };
    },
    [store],
  );
  return useSyncExternalStore(subscribe, store.getSnapshot, () => server);
}
