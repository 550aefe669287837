import type { OutboxEntry, OutboxStore } from '../outbox/outbox-store.ts';

/** What of `@react-native-async-storage/async-storage` is used. */
export interface AsyncStorageLike {
  getAllKeys(): Promise<readonly string[]>;
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/** Digits of a number in a key, so that keys sort as numbers do. */
const DIGITS = 16;

/** Keeps an outbox in AsyncStorage, for React Native, where one application is one process. */
export class AsyncStorageOutboxStore implements OutboxStore {
  readonly #storage: AsyncStorageLike;
  readonly #prefix: string;
  /** Where each entry is, by its key. */
  readonly #places = new Map<string, string>();
  #next = 0;
  /** What an earlier life has left, and was not given yet; `undefined` until it was looked for. */
  #left: readonly OutboxEntry[] | undefined;

  /** @param name of the outbox, for applications with several. @default 'outbox' */
  constructor(storage: AsyncStorageLike, name = 'outbox') {
    this.#storage = storage;
    this.#prefix = `tidings:${name}:`;
  }

  async adopt(): Promise<readonly OutboxEntry[]> {
    const left = await this.#find();
    this.#left = [];
    return left;
  }

  async add(entry: OutboxEntry): Promise<void> {
    await this.#find();
    if (this.#places.has(entry.key)) return;
    const place = `${this.#prefix}${String(this.#next++).padStart(DIGITS, '0')}`;
    this.#places.set(entry.key, place);
    await this.#storage.setItem(place, JSON.stringify(entry));
  }

  async remove(keys: readonly string[]): Promise<void> {
    this.#left = this.#left?.filter(({ key }) => !keys.includes(key));
    for (const key of keys) {
      const place = this.#places.get(key);
      this.#places.delete(key);
      if (place !== undefined) await this.#storage.removeItem(place);
    }
  }

  async close(): Promise<void> {}

  /** Looks for what is left before anything else is done, so that nothing takes its place. */
  async #find(): Promise<readonly OutboxEntry[]> {
    if (this.#left) return this.#left;
    const places = (await this.#storage.getAllKeys()).filter((key) => key.startsWith(this.#prefix)).sort();
    const entries: OutboxEntry[] = [];
    for (const place of places) {
      this.#next = Number(place.slice(this.#prefix.length)) + 1;
      const text = await this.#storage.getItem(place);
      if (text === null) continue;
      const entry = JSON.parse(text) as OutboxEntry;
      this.#places.set(entry.key, place);
      entries.push({ ...entry, user: entry.user });
    }
    this.#left = entries;
    return entries;
  }
}
