import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSecrets, readSecrets } from './secrets.ts';
import { openSharedSecrets } from './shared-secrets.ts';
import { openDatabase } from './storage/database.ts';
import { CORE_MIGRATIONS, migrate } from './storage/migrations.ts';
import { temporaryDirectory } from './storage/testing/temporary-directory.ts';

async function database() {
  const db = await openDatabase({ directory: temporaryDirectory(), onError: () => {} });
  onTestFinished(() => db.destroy());
  await migrate(db, 'core', CORE_MIGRATIONS);
  return db;
}

test('servers on one database have the secrets of the first, and keep a copy', async () => {
  const db = await database();
  const [first, second] = [temporaryDirectory(), temporaryDirectory()];
  const secrets = await openSharedSecrets(first, db);
  expect(await openSharedSecrets(second, db)).toEqual(secrets);
  expect(readSecrets(first)).toEqual(secrets);
  expect(readSecrets(second)).toEqual(secrets);
  expect(await openSharedSecrets(second, db)).toEqual(secrets);
});

test('a server that has had secrets brings them along', async () => {
  const db = await database();
  const data = temporaryDirectory();
  const secrets = openSecrets(data);
  expect(await openSharedSecrets(data, db)).toEqual(secrets);
  rmSync(join(data, 'secrets.json'));
  expect(await openSharedSecrets(data, db)).toEqual(secrets);
});

test('servers that start at once agree', async () => {
  const db = await database();
  const all = await Promise.all([1, 2, 3].map(() => openSharedSecrets(temporaryDirectory(), db)));
  expect(new Set(all.map(({ apiKey }) => apiKey)).size).toBe(1);
});

test('a server with other secrets does not start', async () => {
  const db = await database();
  await openSharedSecrets(temporaryDirectory(), db);
  const data = temporaryDirectory();
  openSecrets(data);
  await expect(openSharedSecrets(data, db)).rejects.toThrow(/delete it to take theirs/);
});

test('secrets that are damaged are not replaced', async () => {
  const db = await database();
  await db.insertInto('meta').values({ name: 'secrets', value: '{}' }).execute();
  await expect(openSharedSecrets(temporaryDirectory(), db)).rejects.toThrow(
    /the row "secrets" of the table meta is malformed/,
  );
});
