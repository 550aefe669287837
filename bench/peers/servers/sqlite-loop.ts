/**
 * The floor of a durable publish: rows like those of the journal, committed in groups as large as there are publishers, each
 * group on disk before the next one. No network, no JSON, no checks.
 *
 * @module
 */
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

const [file = '', group = '64', payload = ''] = process.argv.slice(2);

/** Events that a channel keeps, as in Tidings by default. */
const KEPT = 100;
const DAY = 24 * 60 * 60 * 1000;

const db = new DatabaseSync(file);
db.exec('PRAGMA locking_mode = EXCLUSIVE');
db.exec('PRAGMA journal_mode = WAL');
db.exec('PRAGMA synchronous = FULL');
db.exec(`CREATE TABLE channels (channel TEXT PRIMARY KEY, epoch TEXT NOT NULL, offset INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE events (channel TEXT NOT NULL, offset INTEGER NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL,
  event TEXT NOT NULL, json TEXT NOT NULL, user TEXT, at INTEGER NOT NULL, expires INTEGER NOT NULL,
  PRIMARY KEY (channel, offset)) WITHOUT ROWID;
CREATE INDEX events_expires ON events (expires);`);
const begin = db.prepare('BEGIN IMMEDIATE');
const commit = db.prepare('COMMIT');
const add = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
const advance = db.prepare(
  'INSERT INTO channels VALUES (?, ?, ?, ?) ON CONFLICT (channel) DO UPDATE SET offset = excluded.offset, at = excluded.at',
);
const drop = db.prepare('DELETE FROM events WHERE channel = ? AND offset <= ?');

let offset = 0;
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  const first = offset;
  while (performance.now() - began < Number(line) * 1000) {
    const at = Date.now();
    begin.run();
    for (let n = 0; n < Number(group); n++) {
      offset++;
      add.run('disk:000000', offset, offset, offset.toString(36), 'tick', payload, 'alice', at, at + DAY);
    }
    advance.run('disk:000000', 'epoch', offset, at);
    drop.run('disk:000000', offset - KEPT);
    commit.run();
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`rows=${offset - first} seconds=${seconds}`);
}
