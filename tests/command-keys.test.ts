/**
 * Commands that are sent again under their key.
 *
 * @module
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { counts, release } from './support/counting-kit.ts';
import { tokenFor } from './support/credentials.ts';
import { NativeClient } from './support/native-client.ts';
import { type RunningServer, startServer } from './support/start-server.ts';

const KIT = join(import.meta.dirname, 'support/counting-kit.ts');

const start = (options: Parameters<typeof startServer>[0] = {}): Promise<RunningServer> =>
  startServer({ kits: [KIT], ...options });

const command = (name: string, key: string | undefined, data: object) => ({ name, key, data });

it('runs once, and is answered the same', async () => {
  const server = await start();
  const client = await NativeClient.welcomed(server.url, { token: tokenFor('alice') });
  const first = await client.ask('command', command('count', 'k1', { name: 'once' }));
  const again = await client.ask('command', command('count', 'k1', { name: 'once' }));
  expect(first).toMatchObject({ ok: true, data: { total: 1 } });
  expect(again.data).toEqual(first.data);
  expect(counts.get('once')).toBe(1);
});

it('runs once while the first is under way, and both are answered', async () => {
  const server = await start();
  const token = tokenFor('alice');
  const [one, two] = await Promise.all([
    NativeClient.welcomed(server.url, { token }),
    NativeClient.welcomed(server.url, { token }),
  ]);
  const message = command('slow-count', 'k1', { name: 'under-way' });
  const answers = [one.ask('command', message), two.ask('command', message)];
  // Both have been taken once something sent after them is answered.
  await Promise.all([one.ask('ping'), two.ask('ping')]);
  await Promise.all([
    one.ask('command', command('peek', undefined, { name: 'under-way' })),
    two.ask('history', { channel: 'talk:a' }),
  ]);
  release('under-way');
  expect((await Promise.all(answers)).map(({ data }) => data)).toEqual([{ total: 1 }, { total: 1 }]);
});

it('is remembered over a restart, and shared with HTTP', async () => {
  const before = await start();
  const token = tokenFor('alice');
  const client = await NativeClient.welcomed(before.url, { token });
  await client.ask('command', command('count', 'k1', { name: 'restart' }));
  await before.stop();
  const after = await start({ data: before.data });
  const answer = await fetch(`${after.url}/api/v1/commands/count`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': 'k1',
    },
    body: JSON.stringify({ name: 'restart' }),
  });
  expect(await answer.json()).toEqual({ total: 1 });
  expect(counts.get('restart')).toBe(1);
});

it('is refused with other data', async () => {
  const server = await start();
  const client = await NativeClient.welcomed(server.url, { token: tokenFor('alice') });
  await client.ask('command', command('count', 'k1', { name: 'conflict' }));
  const other = await client.ask('command', command('count', 'k1', { name: 'conflict', by: 2 }));
  expect(other.error?.code).toBe('key_conflict');
  expect(counts.get('conflict')).toBe(1);
});

it('keeps the keys of users apart, and those of commands', async () => {
  const server = await start();
  const alice = await NativeClient.welcomed(server.url, { token: tokenFor('alice') });
  const bob = await NativeClient.welcomed(server.url, { token: tokenFor('bob') });
  await alice.ask('command', command('count', 'k1', { name: 'apart' }));
  expect(await bob.ask('command', command('count', 'k1', { name: 'apart' }))).toMatchObject({
    data: { total: 2 },
  });
  await alice.ask('command', command('failing-count', 'k1', { name: 'apart' }));
  expect(counts.get('apart')).toBe(3);
});

it('runs again what failed, what says that it may, and what has no key', async () => {
  const server = await start();
  const client = await NativeClient.welcomed(server.url, { token: tokenFor('alice') });
  for (const name of ['failing-count', 'failing-count'])
    await client.ask('command', command(name, 'k1', { name: 'again' }));
  expect(counts.get('again')).toBe(2);
  expect(await client.ask('command', command('peek', 'k2', { name: 'again' }))).toMatchObject({
    data: { total: 2 },
  });
  for (let n = 0; n < 2; n += 1) await client.ask('command', command('count', undefined, { name: 'again' }));
  expect(await client.ask('command', command('peek', 'k2', { name: 'again' }))).toMatchObject({
    data: { total: 4 },
  });
});

it('keeps the order of a session’s commands, with and without keys', async () => {
  const server = await start();
  const client = await NativeClient.welcomed(server.url, { token: tokenFor('alice') });
  const asked = Array.from({ length: 40 }, (_, n) =>
    client.ask('command', command('count', n % 2 ? `k${n}` : undefined, { name: 'order' })),
  );
  const totals = (await Promise.all(asked)).map(({ data }) => data?.total);
  expect(totals).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
});

it('lets a publish over HTTP look after its own key', async () => {
  const server = await start();
  const headers = {
    authorization: `Bearer ${tokenFor('alice')}`,
    'content-type': 'application/json',
    'idempotency-key': 'k1',
  };
  const publish = async () =>
    (
      await fetch(`${server.url}/api/v1/commands/publish`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ channel: 'talk:a', event: 'said', data: 1 }),
      })
    ).json();
  expect(await publish()).toEqual(await publish());
});
