import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../storage/database.ts';
import { CORE_MIGRATIONS, migrate } from '../../storage/migrations.ts';
import { startPostgres, type TestPostgres } from '../../storage/testing/postgres.ts';
import { temporaryDirectory } from '../../storage/testing/temporary-directory.ts';
import { Bounces } from './bounces.ts';
import { EMAIL_MIGRATIONS } from './tables.ts';

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
}, 60_000);
afterAll(() => postgres.stop());

describe.each([
  ['SQLite', () => undefined],
  ['PostgreSQL', () => postgres.url],
])('bounces in %s', (_name, url) => {
  it('are of a user and an address, until the user has another', async () => {
    const onError = (error: unknown) => expect.unreachable(String(error));
    const db = await openDatabase({ directory: temporaryDirectory(), url: url(), onError });
    onTestFinished(() => db.destroy());
    await migrate(db, 'core', CORE_MIGRATIONS);
    await migrate(db, 'email', EMAIL_MIGRATIONS);
    const bounces = new Bounces(db);
    const first = { address: 'a@example.com', answer: '550 5.1.1 No', at: 1_767_225_600_000 };
    expect(await bounces.find('alice', first.address)).toBeUndefined();
    await bounces.mark('alice', { ...first, answer: '550 Before' });
    await bounces.mark('alice', first);
    expect(await bounces.find('alice', first.address)).toEqual(first);
    expect(await bounces.find('bob', first.address)).toBeUndefined();
    expect(await bounces.find('alice', 'b@example.com')).toBeUndefined();
    expect(await bounces.find('alice', first.address)).toBeUndefined();
  });
});
