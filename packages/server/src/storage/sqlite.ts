/**
 * Opening SQLite files, and saying what is wrong with them.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html); the low byte of an extended code. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** What to do about a file that cannot be opened, by result code. */
const ADVICE: Readonly<Record<number, string>> = {
  [BUSY]: 'is in use by another process; stop it, or choose another data directory',
  [LOCKED]: 'is in use by another process; stop it, or choose another data directory',
  [READONLY]: 'may not be written to; check the owner and the mode of the file and of its directory',
  [CORRUPT]:
    'is damaged; restore it from a backup, or move it (with its -wal and -shm) out of the way to begin without its content',
  [FULL]: 'has no room: the disk is full',
  [CANTOPEN]: 'cannot be opened; check that the directory exists and may be written to',
  [NOTADB]:
    'is not an SQLite database; restore it from a backup, or move it (with its -wal and -shm) out of the way to begin without its content',
};

export interface SqliteOptions {
  /**
   * Nobody else may open the file until this process lets go of it, by `close` or by dying.
   *
   * @default false
   */
  readonly exclusive?: boolean;
}

/** How long a statement waits for a lock that another process holds, milliseconds; the event loop stands still meanwhile. */
const BUSY_TIMEOUT = 200;

/** A write-ahead log that a burst has grown is cut back to this, bytes. */
const WAL_LIMIT = 64 * 1024 * 1024;

/** A file up to this size is checked as a whole when it is opened (some 100 ms), bytes. */
const CHECKED_SIZE = 32 * 1024 * 1024;

/**
 * Opens or creates an SQLite file so that what is committed survives loss of power.
 *
 * @throws Error that names the file, what is wrong with it and what to do.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true });
    // Before the first access, so that the write-ahead log needs no shared memory.
    if (options.exclusive) db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT}`);
    // Reads the header and the schema, and takes the lock.
    db.exec('BEGIN IMMEDIATE; SELECT count(*) FROM sqlite_schema; COMMIT');
    if (statSync(path).size <= CHECKED_SIZE) check(db);
    return db;
  } catch (error) {
    db?.close();
    throw explain(path, error);
  }
}

/** The primary result code of an SQLite error, or `undefined` for any other error. */
function resultCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** @throws an error like SQLite's own for damage that it finds but does not throw. */
function check(db: DatabaseSync): void {
  const { quick_check: verdict } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (verdict !== 'ok') throw Object.assign(new Error(verdict), { errcode: CORRUPT });
}

/** Whether there was no room on the disk. */
export function isDiskFull(error: unknown): boolean {
  return resultCode(error) === FULL || (error as NodeJS.ErrnoException).code === 'ENOSPC';
}

/** Whether someone else holds the file's lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/** The same error, in words for the one who runs the server. */
export function explain(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const advice = ADVICE[resultCode(error) ?? 0];
  return new Error(`${resolve(path)} ${advice ? `${advice} (${reason})` : `cannot be opened: ${reason}`}.`, {
    cause: error,
  });
}
