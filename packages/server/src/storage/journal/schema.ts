import type { DatabaseSync } from 'node:sqlite';

/** Of the journal's tables; a file with a greater one was written by a newer server. */
const VERSION = 1;

/**
 * `events` has no row id, so that an event is written to one tree only and a channel's events lie side by side. Their
 * epoch is that of the channel: a new one begins with no events.
 */
const TABLES = `
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  log TEXT NOT NULL,
  epoch TEXT NOT NULL,
  floor INTEGER NOT NULL,
  ceiling INTEGER NOT NULL
);
CREATE TABLE channels (
  channel TEXT PRIMARY KEY,
  epoch TEXT NOT NULL,
  offset INTEGER NOT NULL,
  floor INTEGER NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE events (
  channel TEXT NOT NULL,
  offset INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  id TEXT NOT NULL,
  event TEXT NOT NULL,
  json TEXT NOT NULL,
  user TEXT,
  conflate TEXT,
  at INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (channel, offset)
) WITHOUT ROWID;
CREATE INDEX events_expires ON events (expires);
CREATE TABLE keys (
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  hash TEXT NOT NULL,
  offset INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  id TEXT NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (channel, key)
) WITHOUT ROWID;
CREATE INDEX keys_expires ON keys (expires);
`;

/** What `meta` begins with. */
export interface Beginning {
  readonly log: string;
  readonly epoch: string;
}

/**
 * Makes the tables when the file is new.
 *
 * @throws Error when a newer server has written the file.
 */
export function createTables(db: DatabaseSync, { log, epoch }: Beginning): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > VERSION) throw new Error(`it has version ${version}, and this server knows ${VERSION}`);
  if (version === VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  db.exec(TABLES);
  db.prepare('INSERT INTO meta (id, log, epoch, floor, ceiling) VALUES (1, ?, ?, 0, 0)').run(log, epoch);
  db.exec(`PRAGMA user_version = ${VERSION}`);
  db.exec('COMMIT');
}
