/**
 * The data directory, and the lock by which one server at a time has it.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explain, isBusy } from './sqlite.ts';

const LOCK_FILE = 'lock.db';
/** Only for the message to the second server; a file left behind by a killed one locks nothing. */
const PID_FILE = 'server.pid';

/** A data directory that belongs to this process. */
export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** Lets another server have it. */
  close(): void;
}

/**
 * Creates the directory (mode 0700) when it is missing, and takes it for this process.
 *
 * The lock is the operating system's, on an SQLite file, so it ends with the process however that dies.
 *
 * @throws Error that names the directory, and the process which has it.
 */
export function openDataDirectory(directory: string): DataDirectory {
  const path = resolve(directory);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`The data directory ${path} cannot be created: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  const pidFile = join(path, PID_FILE);
  const lock = takeLock(path, pidFile);
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw new Error(`The data directory ${path} cannot be written to: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return {
    path,
    close() {
      if (lock.isOpen) lock.close();
    },
  };
}

function takeLock(path: string, pidFile: string): DatabaseSync {
  const file = join(path, LOCK_FILE);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw explain(file, error);
    throw new Error(
      `The data directory ${path} is in use by another Tidings server (${readPid(pidFile)}). Stop it, or choose another directory.`,
      { cause: error },
    );
  }
}

function readPid(file: string): string {
  try {
    return `process ${readFileSync(file, 'utf8').trim()}`;
  } catch {
    return 'process unknown';
  }
}
