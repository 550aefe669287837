import type { DatabaseSync } from 'node:sqlite';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import { openSqlite } from '../sqlite.ts';

const PLENTY = 1_000_000;

/** A journal whose disk can be made full. */
export class JournalOnSmallDisk extends SqliteJournal {
  readonly #db: () => DatabaseSync;

  constructor(path: string) {
    let db: DatabaseSync;
    super(path, (file) => {
      db = openSqlite(file, { exclusive: true });
      return db;
    });
    this.#db = () => db;
  }

  /** Lets the file grow no more. @returns what makes room again. */
  fill(): () => void {
    const { page_count: pages } = this.#db().prepare('PRAGMA page_count').get() as { page_count: number };
    this.#db().exec(`PRAGMA max_page_count = ${pages}`);
    return () => this.#db().exec(`PRAGMA max_page_count = ${PLENTY}`);
  }
}
