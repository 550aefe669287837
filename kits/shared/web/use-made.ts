import type { Store } from '@tidings/client';
import { type DependencyList, useEffect, useState, useSyncExternalStore } from 'react';

/**
 * Makes what holds a part of the page's data, and closes it when the component goes or it is made anew.
 *
 * @param make may give `undefined` while something that it needs is not there
 * @returns `undefined` at first
 */
export function useMade<Made extends { close(): void }>(
  make: () => Made | undefined,
  dependencies: DependencyList,
): Made | undefined {
  const [made, setMade] = useState<Made>();
  useEffect(() => {
    const fresh = make();
    setMade(fresh);
    return () => fresh?.close();
    // biome-ignore lint/correctness/useExhaustiveDependencies: they are the caller's.
  }, dependencies);
  return made;
}

/** What a store holds now. */
export function useValue<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}
