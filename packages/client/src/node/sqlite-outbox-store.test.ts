import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runOutboxStoreSuite } from '../outbox/outbox-store-suite.ts';
import { SqliteOutboxStore } from './sqlite-outbox-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-outbox-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const path = () => join(directory, 'outbox.db');

// tests/client/outbox-kill.test.ts kills for real; here the file is closed under it, which loses no more.
runOutboxStoreSuite('SqliteOutboxStore', () => ({
  open: () => new SqliteOutboxStore(path()),
  kill: (store) => store.close(),
}));

it('belongs to one client at a time', async () => {
  const one = new SqliteOutboxStore(path());
  await one.adopt();
  const two = new SqliteOutboxStore(path());
  await expect(two.adopt()).rejects.toThrow(/locked/);
  await one.close();
  await two.adopt();
  await two.close();
});

it('says that a file is no outbox', async () => {
  writeFileSync(path(), 'no database at all, and long enough to be looked at'.repeat(20));
  await expect(new SqliteOutboxStore(path()).adopt()).rejects.toThrow(/not a database/);
});
