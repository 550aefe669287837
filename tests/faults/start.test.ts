/**
 * What a server that cannot start says: what stands in the way and what to do about it, in words, and exit code 1.
 *
 * @module
 */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { NativeClient } from '../support/native-client.ts';
import {
  prepareServer,
  type ServerProcess,
  type SpawnOptions,
  spawnServer,
} from '../support/spawn-server.ts';

/** Every database file of a server. */
const DATABASES = ['journal.db', 'tidings.db', 'recovery.db'] as const;

/** Starts a server that must not come up. @returns what it said. */
async function refusal(options: SpawnOptions): Promise<string> {
  const server = await prepareServer(options);
  server.launch();
  expect(await server.exited()).toEqual({ code: 1, signal: null });
  expect(server.output, 'a stack trace is no message').not.toMatch(/^\s+at /m);
  return server.output;
}

/** A data directory that a server has used and left. */
async function used(): Promise<ServerProcess> {
  const server = await spawnServer();
  const api = new Api({ url: server.url, bearer: server.apiKey });
  for (let n = 0; n < 50; n += 1) await api.publish('public:a', 'n', { n, text: 'x'.repeat(500) });
  await server.kill('SIGTERM');
  return server;
}

it('a data directory in use is refused, by name and by process, and whoever has it goes on', async () => {
  const first = await spawnServer();
  const client = await NativeClient.welcomed(first.url);
  await client.subscribe('public:a');
  const said = await refusal({ data: first.data });
  expect(said).toContain(first.data);
  expect(said).toContain('in use');
  expect(said).toContain(String(first.pid));
  const api = new Api({ url: first.url, bearer: first.apiKey });
  await api.publish('public:a', 'still');
  expect(await client.event()).toMatchObject({ event: 'still', offset: 1 });
});

it('a data directory is free again after kill -9', async () => {
  const server = await spawnServer();
  await server.kill('SIGKILL');
  await server.start();
});

it('a port in use is refused', async () => {
  const first = await spawnServer();
  const port = Number(new URL(first.url).port);
  const said = await refusal({ port });
  expect(said).toContain(String(port));
  expect(said).toContain('in use');
});

it.each(DATABASES)('%s that is no database is refused, and left as it is', async (name) => {
  const { data } = await used();
  const file = join(data, name);
  writeFileSync(file, 'This was a database once.'.repeat(500));
  const said = await refusal({ data });
  expect(said).toContain(file);
  expect(said).toMatch(/not an SQLite database/);
  expect(readFileSync(file, 'utf8')).toMatch(/^This was a database once/);
});

it.each(DATABASES)('%s that is damaged inside is refused', async (name) => {
  const { data } = await used();
  const file = join(data, name);
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096);
  writeFileSync(file, bytes);
  const said = await refusal({ data });
  expect(said).toContain(file);
  expect(said).toMatch(/damaged|not an SQLite database/);
});

it('journal.db that was cut off is refused', async () => {
  const { data } = await used();
  const file = join(data, 'journal.db');
  truncateSync(file, 6000);
  expect(await refusal({ data })).toContain(file);
});

it('secrets.json that is no JSON is refused', async () => {
  const { data } = await used();
  const file = join(data, 'secrets.json');
  writeFileSync(file, '{"jwtSecret":');
  expect(await refusal({ data })).toContain(file);
});

it('faults of the configuration are told all at once', async () => {
  const said = await refusal({
    config: { heartbeat: 1, namespaces: { bad: { durable: true, history: { size: 0 } } } },
  });
  expect(said).toContain('heartbeat');
  expect(said).toContain('namespace "bad"');
});
