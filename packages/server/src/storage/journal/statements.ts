import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Greater than every character that a channel's name may have, for the end of a range of names. */
const LAST_CHARACTER = '\u{10ffff}';

/** Where the names that begin with a prefix end. */
export function endOfPrefix(prefix: string): string {
  return prefix + LAST_CHARACTER;
}

/** The journal's statements, prepared once. */
export interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
  readonly meta: StatementSync;
  readonly setCeiling: StatementSync;
  readonly setBeginning: StatementSync;
  readonly addEvent: StatementSync;
  readonly addKey: StatementSync;
  readonly setChannel: StatementSync;
  readonly channel: StatementSync;
  readonly newestEvents: StatementSync;
  readonly oldestOffset: StatementSync;
  readonly sequenceAt: StatementSync;
  readonly dropEvents: StatementSync;
  readonly raiseFloor: StatementSync;
  readonly dropAllEvents: StatementSync;
  readonly restartChannel: StatementSync;
  readonly key: StatementSync;
  readonly list: StatementSync;
  readonly expiredEvents: StatementSync;
  readonly dropKeys: StatementSync;
  readonly channelsAfter: StatementSync;
  readonly dropChannel: StatementSync;
}

/** Prepares the statements on an open database with the journal's tables. */
export function prepare(db: DatabaseSync): Statements {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    meta: db.prepare('SELECT log, epoch, floor, ceiling FROM meta'),
    setCeiling: db.prepare('UPDATE meta SET ceiling = ?'),
    setBeginning: db.prepare('UPDATE meta SET epoch = ?, floor = ?'),
    addEvent: db.prepare(
      'INSERT INTO events (channel, offset, sequence, id, event, json, user, conflate, at, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    addKey: db.prepare(
      'INSERT OR REPLACE INTO keys (channel, key, hash, offset, epoch, id, expires) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    setChannel: db.prepare(
      `INSERT INTO channels (channel, epoch, offset, floor, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (channel) DO UPDATE SET epoch = excluded.epoch, offset = excluded.offset, at = excluded.at`,
    ),
    channel: db.prepare('SELECT epoch, offset, floor FROM channels WHERE channel = ?'),
    newestEvents: db.prepare(
      `SELECT offset, sequence, id, event, json, user, conflate, at, expires
       FROM events WHERE channel = ? ORDER BY offset DESC LIMIT ?`,
    ),
    oldestOffset: db.prepare('SELECT min(offset) AS offset FROM events WHERE channel = ?'),
    sequenceAt: db.prepare('SELECT sequence FROM events WHERE channel = ? AND offset = ?'),
    dropEvents: db.prepare('DELETE FROM events WHERE channel = ? AND offset <= ?'),
    raiseFloor: db.prepare('UPDATE channels SET floor = max(floor, ?) WHERE channel = ?'),
    dropAllEvents: db.prepare('DELETE FROM events WHERE channel = ?'),
    restartChannel: db.prepare('UPDATE channels SET epoch = ?, offset = 0, floor = ? WHERE channel = ?'),
    key: db.prepare('SELECT hash, offset, epoch, id FROM keys WHERE channel = ? AND key = ? AND expires > ?'),
    list: db.prepare(
      `SELECT channel, epoch, offset,
              (SELECT min(offset) FROM events WHERE events.channel = channels.channel) AS oldest
       FROM channels WHERE channel > ? AND channel >= ? AND channel < ? AND offset > 0
       ORDER BY channel LIMIT ?`,
    ),
    expiredEvents: db.prepare(
      `SELECT channel, max(offset) AS through
       FROM (SELECT channel, offset FROM events WHERE expires <= ? ORDER BY expires LIMIT ?)
       GROUP BY channel`,
    ),
    dropKeys: db.prepare(
      `DELETE FROM keys WHERE (channel, key) IN
         (SELECT channel, key FROM keys WHERE expires <= ? ORDER BY expires LIMIT ?)`,
    ),
    channelsAfter: db.prepare(
      `SELECT channel, floor, at, EXISTS (SELECT 1 FROM events WHERE events.channel = channels.channel) AS used
       FROM channels WHERE channel > ? ORDER BY channel LIMIT ?`,
    ),
    dropChannel: db.prepare('DELETE FROM channels WHERE channel = ?'),
  };
}
