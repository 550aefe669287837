/**
 * An outbox in IndexedDB, shared by the tabs of an origin.
 *
 * Each client holds a Web Lock of its own name for as long as its tab lives, and writes the name into its entries. Whoever
 * looks for what was left takes only the entries of names that nobody holds any more, under a lock that one tab has at a
 * time. So no tab waits for another, and none sends what another will send. Where there are no Web Locks (only very old
 * browsers), two tabs may send the same entry; its key then sees to it that it has one effect.
 *
 * @module
 */
import type { OutboxEntry, OutboxStore } from '../outbox/outbox-store.ts';

/** An entry, and the client it belongs to. */
interface Row {
  readonly id: number;
  readonly owner: string;
  readonly entry: OutboxEntry;
}

const TABLE = 'entries';
const BY_KEY = 'key';

export class IndexedDbOutboxStore implements OutboxStore {
  readonly #name: string;
  readonly #owner: string;
  #db: Promise<IDBDatabase> | undefined;
  #letGo = () => {};
  #held: Promise<void> | undefined;
  #onLeft = () => {};
  /** Clients whose end is waited for. */
  readonly #watched = new Set<string>();
  readonly #closed = new AbortController();

  /** @param name of the outbox: one for each user and server, where a browser has several. @default 'outbox' */
  constructor(name = 'outbox') {
    this.#name = `tidings:${name}`;
    this.#owner = `${this.#name}:${Date.now().toString(36)}:${Math.random().toString(36).slice(2)}`;
  }

  watch(onLeft: () => void): void {
    this.#onLeft = onLeft;
  }

  async adopt(): Promise<readonly OutboxEntry[]> {
    await this.#hold();
    return this.#alone(async () => {
      const living = await this.#living();
      for (const owner of living) this.#waitFor(owner);
      const rows = await this.#all();
      const left = rows.filter(({ owner }) => owner !== this.#owner && !living.has(owner));
      const db = await this.#open();
      const transaction = db.transaction(TABLE, 'readwrite');
      for (const row of left) transaction.objectStore(TABLE).put({ ...row, owner: this.#owner });
      await done(transaction);
      return left.map(({ entry }) => entry);
    });
  }

  async add(entry: OutboxEntry): Promise<void> {
    await this.#hold();
    const db = await this.#open();
    const transaction = db.transaction(TABLE, 'readwrite', { durability: 'strict' });
    const table = transaction.objectStore(TABLE);
    const kept = table.index(BY_KEY).getKey(entry.key);
    kept.onsuccess = () => {
      if (kept.result === undefined) table.add({ owner: this.#owner, entry });
    };
    await done(transaction);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const db = await this.#open();
    const transaction = db.transaction(TABLE, 'readwrite');
    const table = transaction.objectStore(TABLE);
    for (const key of keys) {
      const found = table.index(BY_KEY).getKey(key);
      found.onsuccess = () => {
        if (found.result !== undefined) table.delete(found.result);
      };
    }
    await done(transaction);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#letGo();
    (await this.#db?.catch(() => undefined))?.close();
    this.#db = undefined;
    this.#held = undefined;
  }

  #open(): Promise<IDBDatabase> {
    this.#db ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => {
        const table = request.result.createObjectStore(TABLE, { keyPath: 'id', autoIncrement: true });
        table.createIndex(BY_KEY, 'entry.key', { unique: true });
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error('Another tab holds an older form of the outbox.'));
      request.onsuccess = () => {
        // As a phone does with pages in the background, and whoever deletes the site's data.
        request.result.onclose = () => {
          this.#db = undefined;
        };
        resolve(request.result);
      };
    });
    // What could not be opened once is tried again.
    this.#db.catch(() => {
      this.#db = undefined;
    });
    return this.#db;
  }

  /** All rows, in the order in which they were added. */
  async #all(): Promise<readonly Row[]> {
    const db = await this.#open();
    const request = db.transaction(TABLE).objectStore(TABLE).getAll();
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result as readonly Row[]);
      request.onerror = () => reject(request.error);
    });
  }

  /** Takes the lock that says that this client lives; the browser lets go of it with the tab. */
  #hold(): Promise<void> {
    this.#held ??= new Promise((resolve, reject) => {
      if (!navigator.locks) return resolve();
      const held = new Promise<void>((letGo) => {
        this.#letGo = letGo;
      });
      navigator.locks
        .request(this.#owner, () => {
          resolve();
          return held;
        })
        .catch(reject);
    });
    return this.#held;
  }

  /** The clients that hold their lock. */
  async #living(): Promise<ReadonlySet<string>> {
    if (!navigator.locks) return new Set();
    const { held = [] } = await navigator.locks.query();
    return new Set(held.flatMap(({ name }) => (name?.startsWith(`${this.#name}:`) ? [name] : [])));
  }

  /** Who gets a client's lock knows that it is gone. */
  #waitFor(owner: string): void {
    if (owner === this.#owner || owner === this.#adoption || this.#watched.has(owner)) return;
    this.#watched.add(owner);
    const { signal } = this.#closed;
    navigator.locks
      .request(owner, { signal, mode: 'shared' }, () => {
        this.#watched.delete(owner);
        // Once the lock is let go again, so that nobody takes us for its owner.
        setTimeout(() => this.#onLeft());
      })
      .catch(() => {
        // Closed meanwhile.
      });
  }

  get #adoption(): string {
    return `${this.#name}:adopt`;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    if (!navigator.locks) return work();
    return navigator.locks.request(this.#adoption, work) as Promise<T>;
  }
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was aborted.'));
    transaction.onerror = () => reject(transaction.error);
  });
}
