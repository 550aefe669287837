import { runOutboxStoreSuite } from '../outbox/outbox-store-suite.ts';
import { AsyncStorageOutboxStore } from './async-storage-outbox-store.ts';

/** AsyncStorage by its documented behaviour: a map of strings, whose keys come in any order. */
function storage() {
  const items = new Map<string, string>([['other', 'thing']]);
  return {
    getAllKeys: async () => [...items.keys()].reverse(),
    getItem: async (key: string) => items.get(key) ?? null,
    setItem: async (key: string, value: string) => void items.set(key, value),
    removeItem: async (key: string) => void items.delete(key),
  };
}

runOutboxStoreSuite('AsyncStorageOutboxStore', () => {
  const shared = storage();
  return { open: () => new AsyncStorageOutboxStore(shared), kill: () => {} };
});
