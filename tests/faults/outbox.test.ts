/**
 * A kit's transaction and `kill -9`: what it published is heard once if it committed, and not at all if it did not.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { tokenFor } from '../support/credentials.ts';
import { NativeClient } from '../support/native-client.ts';
import { readHistory } from '../support/read-history.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';

const KIT = join(import.meta.dirname, 'kits/ledger.ts');

const entries = async (server: ServerProcess) => {
  const api = new Api({ url: server.url, bearer: tokenFor('alice') });
  const { text } = await api.post('/commands/entries', {});
  return JSON.parse(text) as readonly string[];
};

const enter = (server: ServerProcess, entry: string, die?: 'before' | number, key?: string) =>
  new Api({ url: server.url, bearer: tokenFor('alice') }).post(
    '/commands/enter',
    { entry, die },
    key === undefined ? {} : { 'idempotency-key': key },
  );

/** Waits until the relay has published what was entered before this, and gives what was ever told. */
async function told(server: ServerProcess, last: string): Promise<readonly unknown[]> {
  const client = await NativeClient.welcomed(server.url);
  await client.subscribe('ledger:all');
  await enter(server, last);
  await client.event(({ data }) => String(data) === last);
  const api = new Api({ url: server.url, bearer: server.apiKey });
  return (await readHistory(api, 'ledger:all')).map(({ data }) => data);
}

it('tells of nothing when the process died before the commit', async () => {
  const server = await spawnServer({ arguments: ['--kit', KIT] });
  await enter(server, 'kept');
  await expect(enter(server, 'lost', 'before')).rejects.toThrow();
  await server.exited();
  await server.start();
  expect(await told(server, 'last')).toEqual(['kept', 'last']);
  expect(await entries(server)).toEqual(['kept', 'last']);
});

it('tells of it once when the process died at any time after the commit', async () => {
  const server = await spawnServer({ arguments: ['--kit', KIT] });
  const turns = [0, 1, 2, 3, 5, 8];
  for (const turn of turns) {
    await enter(server, `died after ${turn}`, turn).catch(() => {});
    await server.exited();
    await server.start();
  }
  const all = [...turns.map((turn) => `died after ${turn}`), 'last'];
  expect(await told(server, 'last')).toEqual(all);
  expect(await entries(server)).toEqual(all);
});

it('does once what is sent again because the process died before it could answer', async () => {
  const server = await spawnServer({ arguments: ['--kit', KIT] });
  const turns = [0, 1, 4];
  for (const [n, turn] of turns.entries()) {
    const send = () => enter(server, `${turn}`, turn, `key ${turn}`);
    // It may be heard before the process is dead, and is the same then.
    const first = await send().catch(() => undefined);
    await server.exited();
    await server.start();
    const again = await send();
    expect(again.body).toEqual({ number: n + 1 });
    expect(first?.body ?? again.body).toEqual(again.body);
  }
  const all = [...turns.map(String), 'last'];
  expect(await told(server, 'last')).toEqual(all);
  expect(await entries(server)).toEqual(all);
});
