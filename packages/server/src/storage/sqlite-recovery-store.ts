/**
 * Sessions of Socket.IO on disk, so that a client finds its own again after the server was killed.
 *
 * A change costs no wait for the disk: what the operating system has taken survives the process. It does not survive
 * loss of power, and an older record would have a client miss channels without knowing; so after the machine was started
 * anew all records are dropped. Where it cannot be told whether it was, each commit waits for the disk.
 *
 * @module
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TidingsError } from '@tidings/protocol';
import type { RecoveryRecord, RecoveryStore } from '../core/ports/recovery-store.ts';
import { bootId } from './boot-id.ts';
import { isDiskFull, openSqlite } from './sqlite.ts';

const FILE = 'recovery.db';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS boot (id TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (
    pid TEXT PRIMARY KEY, -- hashed
    record TEXT NOT NULL,
    left_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_left ON sessions (left_at) WHERE left_at IS NOT NULL;
`;

interface Statements {
  readonly save: StatementSync;
  readonly load: StatementSync;
  readonly delete: StatementSync;
  readonly sweep: StatementSync;
}

export class SqliteRecoveryStore implements RecoveryStore {
  readonly #directory: string;
  #db: DatabaseSync | undefined;
  #statements: Statements | undefined;

  /** @param directory where the file `recovery.db` is. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(now: number): Promise<void> {
    const db = openSqlite(join(this.#directory, FILE), { exclusive: true });
    try {
      const boot = bootId();
      if (boot !== undefined) db.exec('PRAGMA synchronous = NORMAL');
      db.exec(SCHEMA);
      const before = db.prepare('SELECT id FROM boot').get()?.id;
      db.exec('BEGIN');
      if (boot !== undefined && before !== boot) {
        db.exec('DELETE FROM sessions; DELETE FROM boot');
        db.prepare('INSERT INTO boot VALUES (?)').run(boot);
      }
      db.prepare('UPDATE sessions SET left_at = ? WHERE left_at IS NULL').run(now);
      db.exec('COMMIT');
      this.#statements = {
        save: db.prepare('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)'),
        load: db.prepare('SELECT record, left_at FROM sessions WHERE pid = ?'),
        delete: db.prepare('DELETE FROM sessions WHERE pid = ?'),
        sweep: db.prepare('DELETE FROM sessions WHERE left_at < ?'),
      };
      this.#db = db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  async save(records: readonly RecoveryRecord[]): Promise<void> {
    this.#transaction(({ save }) => {
      for (const { pid, leftAt, ...record } of records)
        save.run(digest(pid), JSON.stringify(record), leftAt ?? null);
    });
  }

  async load(pid: string): Promise<RecoveryRecord | undefined> {
    const row = this.#use(({ load }) => load.get(digest(pid)));
    if (!row) return undefined;
    const record = JSON.parse(row.record as string) as Omit<RecoveryRecord, 'pid' | 'leftAt'>;
    const { user, expiresAt, tokenId, issuedAt } = record.identity;
    return {
      ...record,
      identity: { ...record.identity, user, expiresAt, tokenId, issuedAt },
      pid,
      leftAt: (row.left_at as number | null) ?? undefined,
    };
  }

  async delete(pids: readonly string[]): Promise<void> {
    this.#transaction((statements) => {
      for (const pid of pids) statements.delete.run(digest(pid));
    });
  }

  async sweep(before: number): Promise<void> {
    this.#use(({ sweep }) => sweep.run(before));
  }

  async close(): Promise<void> {
    if (this.#db?.isOpen) this.#db.close();
    this.#db = undefined;
    this.#statements = undefined;
  }

  #transaction(work: (statements: Statements) => void): void {
    this.#use((statements, db) => {
      db.exec('BEGIN');
      try {
        work(statements);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #use<T>(work: (statements: Statements, db: DatabaseSync) => T): T {
    if (!this.#db || !this.#statements) throw new TidingsError('storage_unavailable');
    try {
      return work(this.#statements, this.#db);
    } catch (error) {
      throw new TidingsError(isDiskFull(error) ? 'storage_full' : 'storage_unavailable', undefined, {
        cause: error,
      });
    }
  }
}

/** A pid is a secret that opens a session, so it is not kept as it is. */
function digest(pid: string): string {
  return hash('sha256', pid, 'base64url');
}
