/**
 * The price tracker and `kill -9`: who is to be told of a drop is told once, and an import is done once.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Api, type Body } from '../support/api.ts';
import { tokenFor } from '../support/credentials.ts';
import { NativeClient } from '../support/native-client.ts';
import { readHistory } from '../support/read-history.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';

const KIT = join(import.meta.dirname, 'kits/mortal-prices.ts');
const USERS = Array.from({ length: 30 }, (_, n) => `user${n}`);

const backendOf = (server: ServerProcess) => new Api({ url: server.url, bearer: server.apiKey });
const as = (server: ServerProcess, user: string) => new Api({ url: server.url, bearer: tokenFor(user) });

/** Has the server die so many turns after so many transactions. */
const doom = (server: ServerProcess, transactions: number, turns: number) =>
  as(server, 'death').post('/commands/die', { transactions, turns });

const amountOf = (told: unknown) => ((told as Body).data as { new: { amount: number } }).new.amount;

it('a drop that was committed is told each watcher once, whenever the process died', async () => {
  const server = await spawnServer({ arguments: ['--kit', KIT] });
  const backend = backendOf(server);
  const set = (amount: number) =>
    backend.call('PATCH', '/prices/products/p', { price: { amount, currency: 'TRY' } });
  await backend.call('PUT', '/prices/products/p', { name: 'P', price: { amount: 100_000, currency: 'TRY' } });
  for (const user of USERS) await as(server, user).call('PUT', '/prices/watches/p', {});
  const turns = [0, 1, 3, 8];
  const amounts = turns.map((_, n) => 100_000 - 1000 * (n + 1));
  for (const [n, amount] of amounts.entries()) {
    await doom(server, 1, turns[n] as number);
    await set(amount).catch(() => {});
    await server.exited();
    await server.start();
  }
  const clients = await Promise.all(
    USERS.map(async (user) => {
      const client = await NativeClient.welcomed(server.url, { token: tokenFor(user) });
      await client.subscribe(`user:${user}`);
      return client;
    }),
  );
  // Once this is heard, all that was committed before has been told.
  amounts.push(1);
  await set(1);
  await Promise.all(clients.map((client) => client.event(({ data }) => amountOf(data) === 1)));
  for (const user of USERS) {
    const events = await readHistory(backend, `user:${user}`);
    expect(
      events.map(({ event, data }) => [event, amountOf(data)]),
      user,
    ).toEqual(amounts.map((amount) => ['notification', amount]));
  }
  const events = await readHistory(backend, 'product:p');
  expect(events.map(({ event, data }) => [event, (data!.new as { amount: number }).amount])).toEqual(
    amounts.flatMap((amount) => [
      ['price_update', amount],
      ['price_drop', amount],
    ]),
  );
});

it('an import goes on where a process died, and no row is done twice', async () => {
  const server = await spawnServer({ arguments: ['--kit', KIT] });
  const backend = backendOf(server);
  const rows = Array.from({ length: 1200 }, (_, n) => `sku-${n % 600},Product ${n % 600},${n + 1} TL`);
  const body = ['id,name,price', ...rows].join('\n');
  const send = () =>
    backend.post('/prices/imports', body, { 'content-type': 'text/csv', 'idempotency-key': 'monday' });
  // The first transaction takes the body, each further one a hundred rows.
  await doom(server, 4, 0);
  await expect(send()).rejects.toThrow();
  await server.exited();
  await server.start();
  // Sent again, since no answer came: it is the same import.
  await doom(server, 5, 0);
  await send().catch(() => {});
  await server.exited();
  await server.start();
  const { body: answer } = await send();
  const report = async () => (await backend.get(`/prices/imports/${answer.id}`)).body;
  await expect
    .poll(report, { timeout: 30_000 })
    .toMatchObject({ state: 'done', rows: 1200, added: 600, changed: 600, refused: 0, faults: [] });
  expect((await backend.get('/prices/products/sku-7')).body).toMatchObject({ amount: 60_800, version: 2 });
  // A price that was set meanwhile is not touched by another repeat.
  await backend.call('PATCH', '/prices/products/sku-7', { price: { amount: 5, currency: 'TRY' } });
  expect((await send()).body).toMatchObject({ id: answer.id, state: 'done' });
  expect((await backend.get('/prices/products/sku-7')).body).toMatchObject({ amount: 5, version: 3 });
});
