import Type from 'typebox';
import { expect, test } from 'vitest';
import { defineCommand } from '../packages/server/src/core/command.ts';
import { Api } from './support/api.ts';
import { startBareServer } from './support/bare-server.ts';

const open = { rights: { subscribe: 'anyone', publish: 'users' } } as const;

async function start(options: Parameters<typeof startBareServer>[0] = {}) {
  const server = await startBareServer({ namespaces: { open }, ...options });
  return { server, api: new Api({ url: server.url, bearer: 'user:alice' }) };
}

test('a command is answered as on a socket', async () => {
  const { api } = await start();
  expect(await api.post('/commands/publish', { channel: 'open:a', event: 'e', data: 1 })).toMatchObject({
    status: 200,
    body: { channel: 'open:a', offset: 1 },
  });
  expect((await api.post('/commands/history', { channel: 'open:a' })).body).toMatchObject({
    events: [{ event: 'e', data: 1, user: 'alice' }],
  });
  expect(await api.post('/commands/ping')).toMatchObject({ status: 200, body: {} });
});

test('Idempotency-Key is the key of a command', async () => {
  const { api } = await start();
  const send = (key: string, data: number) =>
    api.post('/commands/publish', { channel: 'open:a', event: 'e', data }, { 'idempotency-key': key });
  const first = await send('k1', 1);
  expect((await send('k1', 1)).body).toEqual(first.body);
  expect(await send('k1', 2)).toMatchObject({ status: 409, body: { code: 'key_conflict' } });
  expect(await send('x'.repeat(129), 1)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('what a handler answers is sent as it is, and what it throws is told or logged', async () => {
  const { server, api } = await start();
  const { dispatch } = server.core;
  dispatch.add(
    defineCommand({ name: 'nothing', summary: '', data: Type.Object({}), handle: () => undefined }),
  );
  dispatch.add(
    defineCommand({
      name: 'broken',
      summary: '',
      data: Type.Object({}),
      handle() {
        throw new Error('a secret of the database');
      },
    }),
  );
  expect(await api.post('/commands/nothing')).toMatchObject({ status: 200, text: 'null' });
  const broken = await api.post('/commands/broken');
  expect(broken).toMatchObject({ status: 500, body: { code: 'internal' } });
  expect(broken.text).not.toContain('secret');
});

test.each([
  ['nope', {}, 404, 'unknown_command'],
  ['subscribe', { channels: ['open:a'] }, 400, 'invalid_request'],
  ['publish', { channel: 'open:a' }, 400, 'invalid_request'],
  ['publish', { channel: 'public:a', event: 'e' }, 403, 'forbidden'],
  ['history', [], 400, 'invalid_request'],
])('%s %j is answered %i %s', async (name, data, status, code) => {
  const { api } = await start();
  expect(await api.post(`/commands/${name}`, data)).toMatchObject({ status, body: { code } });
});

test('the API key is no user', async () => {
  const { server } = await start();
  const api = new Api({ url: server.url, bearer: 'bare-server-api-key' });
  expect(await api.post('/commands/ping')).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
});

test('a user, and an address, may call so often and no more', async () => {
  const { api } = await start({ perSecond: 3 });
  const statuses = async (caller: Api) =>
    (await Promise.all([1, 2, 3, 4].map(() => caller.post('/commands/ping')))).map(({ status }) => status);
  expect((await statuses(api)).sort()).toEqual([200, 200, 200, 429]);
  const refused = await api.post('/commands/ping');
  expect(refused).toMatchObject({
    status: 429,
    body: { code: 'rate_limited', retryAfter: expect.any(Number) },
  });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await statuses(api.as('user:bob'))).sort()).toEqual([200, 200, 200, 429]);
  expect((await statuses(api.as(undefined))).sort()).toEqual([200, 200, 200, 429]);
});

test('who guesses tokens is slowed down', async () => {
  const { api } = await start({ perSecond: 2 });
  const guesses = await Promise.all([1, 2, 3].map((n) => api.as(`guess-${n}`).post('/commands/ping')));
  expect(guesses.map(({ status }) => status).sort()).toEqual([401, 401, 429]);
});

test('a token is taken from the address too', async () => {
  const { api } = await start({ anonymous: false });
  expect(await api.as(undefined).post('/commands/ping?token=user:alice')).toMatchObject({ status: 200 });
  expect(await api.as(undefined).post('/commands/ping')).toMatchObject({
    status: 401,
    body: { code: 'unauthenticated' },
  });
});
