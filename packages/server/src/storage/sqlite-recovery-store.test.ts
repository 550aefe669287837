import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runRecoveryStoreSuite } from '../core/ports/recovery-store-suite.ts';
import { openSqlite } from './sqlite.ts';
import { SqliteRecoveryStore } from './sqlite-recovery-store.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

runRecoveryStoreSuite(
  'SqliteRecoveryStore',
  () => {
    const directory = temporaryDirectory();
    return () => new SqliteRecoveryStore(directory);
  },
  true,
);

const record = {
  pid: 'a-secret-pid',
  id: 'session',
  identity: { user: 'alice', grants: [], expiresAt: undefined, tokenId: undefined, issuedAt: 1, claims: {} },
  channels: [],
  leftAt: undefined,
};

test('drops everything when the machine was started anew', async () => {
  const directory = temporaryDirectory();
  const store = new SqliteRecoveryStore(directory);
  await store.open(0);
  await store.save([record]);
  await store.close();
  const db = openSqlite(join(directory, 'recovery.db'));
  db.exec("UPDATE boot SET id = 'another'");
  db.close();
  await store.open(0);
  onTestFinished(() => store.close());
  expect(await store.load(record.pid)).toBeUndefined();
});

test('does not keep the secret itself', async () => {
  const directory = temporaryDirectory();
  const store = new SqliteRecoveryStore(directory);
  await store.open(0);
  await store.save([record]);
  await store.close();
  expect(readFileSync(join(directory, 'recovery.db')).includes(record.pid)).toBe(false);
});

test('says that it is closed', async () => {
  const store = new SqliteRecoveryStore(temporaryDirectory());
  await expect(store.save([record])).rejects.toMatchObject({ code: 'storage_unavailable' });
});
