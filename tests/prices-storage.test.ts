import { describe, expect, it } from 'vitest';
import { startPostgres } from '../packages/server/src/storage/testing/postgres.ts';
import type { Body } from './support/api.ts';
import { NativeClient } from './support/native-client.ts';
import { startPricesServer } from './support/start-prices-server.ts';
import { onTeardown } from './support/teardown.ts';

/** Where a server keeps everything: SQLite, or a schema of its own on PostgreSQL. */
function databaseOf(storage: 'SQLite' | 'PostgreSQL'): string | undefined {
  if (storage === 'SQLite') return undefined;
  const started = startPostgres();
  onTeardown(() => started.stop());
  return started.url;
}

const lira = (amount: number) => ({ amount: amount * 100, currency: 'TRY' });

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (storage) => {
  it('all of it works, also at once', { timeout: 60_000 }, async () => {
    const database = databaseOf(storage);
    const server = await startPricesServer(database === undefined ? {} : { database });
    const { backend, as } = server;

    // The same key at once has one effect.
    const added = await Promise.all(
      Array.from({ length: 5 }, () =>
        backend.post(
          '/prices/products',
          { name: 'Çay & kahve', price: lira(100) },
          { 'idempotency-key': 'k' },
        ),
      ),
    );
    const ids = new Set(added.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    const [id] = [...ids];
    const found = (await backend.get('/prices/products?search=cay+kahve')).body;
    expect(found).toMatchObject({ products: [{ id, amount: 10_000, shop: null }] });

    // Watchers, each once.
    const users = Array.from({ length: 20 }, (_, n) => `user${n}`);
    for (const user of users)
      expect(
        (
          await as(user).call('PUT', `/prices/watches/${id}`, {
            threshold: { kind: 'amount', amount: 5000 },
          })
        ).status,
      ).toBe(200);

    // Many prices at once keep one order.
    const client = await NativeClient.welcomed(server.url);
    await client.subscribe(`product:${id}`);
    const amounts = Array.from({ length: 30 }, (_, n) => 6000 + ((n * 37) % 3000));
    const answers = await Promise.all(
      amounts.map((amount) =>
        backend.call('PATCH', `/prices/products/${id}`, { price: { amount, currency: 'TRY' } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    let last = 10_000;
    for (let version = 2; version <= 31; ) {
      const { event, data } = await client.event();
      if (event !== 'price_update') continue;
      expect(data).toMatchObject({ version, old: { amount: last } });
      last = ((data as Body).new as { amount: number }).amount;
      version += 1;
    }
    const { points } = (await backend.get(`/prices/products/${id}/history?points=10`)).body as {
      points: { amount: number }[];
    };
    expect(points.length).toBeLessThanOrEqual(10);
    expect(points.map(({ amount }) => amount)).toEqual(
      expect.arrayContaining([10_000, Math.min(...amounts), last]),
    );

    // Prices that fall past the threshold at once tell each watcher once.
    await Promise.all(
      [4000, 3000, 2000].map((amount) =>
        backend.call('PATCH', `/prices/products/${id}`, { price: { amount, currency: 'TRY' } }),
      ),
    );
    for (const user of users) {
      const { notifications } = (await as(user).get('/notifications')).body as { notifications: Body[] };
      expect(notifications, user).toHaveLength(1);
    }
    expect((await as('user3').get('/prices/watches')).body).toMatchObject({
      watches: [{ product: { id }, reached: true, atMost: 5000 }],
    });
    expect((await as('user3').call('DELETE', `/prices/watches/${id}`)).status).toBe(204);

    // An import.
    const rows = [
      { id: 'a', name: 'A', price: lira(1) },
      { id: 'a', price: lira(2) },
      { id, price: lira(1) },
    ];
    const body = rows.map((row) => JSON.stringify(row)).join('\n');
    const sent = await backend.post('/prices/imports', body, { 'content-type': 'application/x-ndjson' });
    expect(sent.status).toBe(202);
    const report = async () => (await backend.get(`/prices/imports/${sent.body.id}`)).body;
    await expect.poll(report).toMatchObject({ state: 'done', rows: 3, added: 1, changed: 2, refused: 0 });
    expect((await backend.get('/prices/products/a')).body).toMatchObject({ amount: 200, version: 2 });
  });
});
