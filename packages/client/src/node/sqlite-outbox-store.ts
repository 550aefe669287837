import { DatabaseSync } from 'node:sqlite';
import type { OutboxEntry, OutboxMessage, OutboxStore } from '../outbox/outbox-store.ts';

/** How long another process is waited for that has the file, milliseconds. */
const BUSY_TIMEOUT = 100;

/**
 * Keeps an outbox in a SQLite file, for Node. The file belongs to one client at a time; what a killed process has left is
 * found by the next.
 */
export class SqliteOutboxStore implements OutboxStore {
  readonly #path: string;
  #db: DatabaseSync | undefined;
  /** What was there when it was opened, and has not been given yet; what comes after that is our own. */
  #left: readonly OutboxEntry[] = [];

  /** @param path of the file; it is made when there is none. */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error when the file is damaged, or another client has it. */
  async adopt(): Promise<readonly OutboxEntry[]> {
    this.#open();
    const left = this.#left;
    this.#left = [];
    return left;
  }

  async add({ key, message, created, user }: OutboxEntry): Promise<void> {
    this.#open()
      .prepare('INSERT OR IGNORE INTO outbox (key, message, created, user) VALUES (?, ?, ?, ?)')
      .run(key, JSON.stringify(message), created, user ?? null);
  }

  async remove(keys: readonly string[]): Promise<void> {
    const statement = this.#open().prepare('DELETE FROM outbox WHERE key = ?');
    for (const key of keys) statement.run(key);
    this.#left = this.#left.filter(({ key }) => !keys.includes(key));
  }

  async close(): Promise<void> {
    this.#db?.close();
    this.#db = undefined;
  }

  #open(): DatabaseSync {
    if (this.#db) return this.#db;
    const db = new DatabaseSync(this.#path);
    try {
      // The lock is held for as long as the file is open, and the system lets go of it when the process dies.
      db.exec(`
        PRAGMA busy_timeout = ${BUSY_TIMEOUT};
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN EXCLUSIVE;
        CREATE TABLE IF NOT EXISTS outbox (
          id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, message TEXT NOT NULL, created INTEGER NOT NULL, user TEXT
        );
        COMMIT;
      `);
      this.#left = entriesOf(db);
    } catch (error) {
      db.close();
      throw error;
    }
    this.#db = db;
    return db;
  }
}

function entriesOf(db: DatabaseSync): readonly OutboxEntry[] {
  const rows = db.prepare('SELECT key, message, created, user FROM outbox ORDER BY id').all();
  return rows.map(({ key, message, created, user }) => ({
    key: String(key),
    message: JSON.parse(String(message)) as OutboxMessage,
    created: Number(created),
    user: user === null ? undefined : String(user),
  }));
}
