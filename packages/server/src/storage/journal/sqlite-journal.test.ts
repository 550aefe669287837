import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { ChannelEvent } from '../../core/ports/event.ts';
import { runJournalSuite } from '../journal-suite.ts';
import { JournalOnSmallDisk } from '../testing/journal-on-small-disk.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { SqliteJournal } from './sqlite-journal.ts';

runJournalSuite('SqliteJournal', () => {
  const path = join(temporaryDirectory(), 'journal.db');
  let journal: JournalOnSmallDisk;
  return {
    create() {
      journal = new JournalOnSmallDisk(path);
      return journal;
    },
    fill: () => journal.fill(),
  };
});

/** A journal with enough in it to have many pages. */
function written(): string {
  const path = join(temporaryDirectory(), 'journal.db');
  const journal = new SqliteJournal(path);
  journal.open();
  const entries = Array.from({ length: 2000 }, (_, index) => ({
    event: new ChannelEvent(
      { channel: 'a:1', event: 'x', json: `"${'x'.repeat(100)}"` },
      { offset: index + 1, epoch: 'e', id: String(index), at: 0, sequence: index },
    ),
    expiresAt: 1,
    key: undefined,
  }));
  journal.commit(entries, []);
  journal.close();
  return path;
}

test('a file that is no database is refused, named, and left as it is', () => {
  const path = join(temporaryDirectory(), 'journal.db');
  const content = 'not a database, and long enough to be read as one '.repeat(50);
  writeFileSync(path, content);
  expect(() => new SqliteJournal(path).open()).toThrow(
    new RegExp(`^${path} is not an SQLite database; restore it from a backup, or move it`),
  );
  expect(readFileSync(path, 'utf8')).toBe(content);
});

test('a file whose pages were overwritten is refused', () => {
  const path = written();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 8192, 8192 + 40_960);
  writeFileSync(path, bytes);
  expect(() => new SqliteJournal(path).open()).toThrow(new RegExp(`^${path} is damaged; restore it`));
});

test('a file that was cut short is refused', () => {
  const path = written();
  writeFileSync(path, readFileSync(path).subarray(0, 60_000));
  expect(() => new SqliteJournal(path).open()).toThrow(new RegExp(`^${path} is damaged; restore it`));
});

test('a file of a newer server is refused', () => {
  const path = written();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  expect(() => new SqliteJournal(path).open()).toThrow(`${path} cannot be opened: it has version 99`);
});

test('a directory that is not there is named', () => {
  expect(() => new SqliteJournal('/nowhere/journal.db').open()).toThrow(
    '/nowhere/journal.db cannot be opened',
  );
});

test('a write that was torn off by a crash is not there', () => {
  const path = written();
  writeFileSync(`${path}-wal`, Buffer.alloc(100_000, 7));
  const again = new SqliteJournal(path);
  again.open();
  expect(again.load('a:1', 10_000, 0)?.events.length).toBe(2000);
  again.close();
});
