/**
 * Transactions that answer a call: what is done and what is answered are on disk together.
 *
 * @module
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { startServer } from './support/start-server.ts';

const KIT = join(import.meta.dirname, 'support/till-kit.ts');

let postgres: TestPostgres;
beforeAll(() => {
  postgres = startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'PostgreSQL'])('a transaction that answers, on %s', (database) => {
  async function start() {
    const at = database === 'SQLite' ? {} : { database: postgres.url };
    const server = await startServer({ kits: [KIT], ...at });
    const alice = new Api({ url: server.url, bearer: tokenFor('alice') });
    const before = JSON.parse((await alice.get('/till/takings')).text).length as number;
    return {
      server,
      alice,
      take: (body: object, key?: string, api = alice) =>
        api.post('/commands/take', body, key === undefined ? {} : { 'idempotency-key': key }),
      ring: (body: object, key?: string, api = alice) =>
        api.post('/till/takings', body, key === undefined ? {} : { 'idempotency-key': key }),
      /** How often something was taken since the test began: all share one PostgreSQL. */
      async takings() {
        return JSON.parse((await alice.get('/till/takings')).text).length - before;
      },
    };
  }

  it('is run once for a key, also by a route and by many at once', async () => {
    const { ring, takings } = await start();
    const key = `many ${database}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ring({ amount: 5 }, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ taken: 5 });
    expect(await takings()).toBe(1);
    expect((await ring({ amount: 6 }, key)).body.code).toBe('key_conflict');
    await ring({ amount: 5 });
    expect(await takings()).toBe(2);
  });

  it('keeps the keys of users, backends, commands and routes apart', async () => {
    const { server, alice, take, ring, takings } = await start();
    const key = `apart ${database}`;
    const bob = alice.as(tokenFor('bob'));
    const backend = alice.as(server.apiKey);
    for (const api of [alice, bob, backend])
      expect((await ring({ amount: 5 }, key, api)).body).toMatchObject({ taken: 5 });
    for (const api of [alice, bob]) expect((await take({ amount: 5 }, key, api)).body).toEqual({ taken: 5 });
    expect(await takings()).toBe(5);
  });

  it('uses no key up when it fails, and keeps it when only what follows does', async () => {
    const { take, takings } = await start();
    const key = `fails ${database}`;
    expect((await take({ amount: 5, how: 'fail' }, key)).body.code).toBe('internal');
    expect(await takings()).toBe(0);
    expect((await take({ amount: 5 }, key)).body).toEqual({ taken: 5 });
    const late = `late ${database}`;
    expect((await take({ amount: 5, how: 'fail late' }, late)).body.code).toBe('internal');
    expect((await take({ amount: 5, how: 'fail late' }, late)).body).toEqual({ taken: 5 });
    expect(await takings()).toBe(2);
  });

  it('is the only one that answers a call', async () => {
    const { take, takings } = await start();
    expect((await take({ amount: 5, how: 'twice' }, `twice ${database}`)).body.code).toBe('internal');
    expect((await take({ amount: 5, how: 'twice' })).body).toEqual({ taken: 5 });
    expect(await takings()).toBe(3);
  });
});
