import { expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { type RunningServer, startServer } from './support/start-server.ts';

const apiOf = ({ url, apiKey }: RunningServer) => new Api({ url, bearer: apiKey });

async function openAs(server: RunningServer, token: string) {
  const stream = await openStream(server.url, `channels=public:demo&token=${token}`);
  await stream.next('welcome');
  return stream;
}

test('sessions are listed page by page, and by user', async () => {
  const server = await startServer();
  const api = apiOf(server);
  for (const user of ['alice', 'alice', 'bob']) await openAs(server, tokenFor(user));
  const { body } = await api.get('/connections?user=alice');
  expect(body.connections).toHaveLength(2);
  expect(body.connections).toMatchObject([
    {
      session: expect.any(String),
      user: 'alice',
      transport: 'sse',
      address: '127.0.0.1',
      connectedAt: expect.any(Number),
      channels: ['public:demo'],
      queued: 0,
    },
    { user: 'alice' },
  ]);
  const seen: unknown[] = [];
  let after = '';
  for (let page = 0; page < 3; page += 1) {
    const answer = await api.get(`/connections?limit=1&after=${after}`);
    const [entry] = answer.body.connections as readonly { session: string }[];
    seen.push(entry?.session);
    after = String(answer.body.next ?? '');
  }
  expect(new Set(seen).size).toBe(3);
  expect(after).toBe('');
});

test('a session can be ended, to come back or not', async () => {
  const server = await startServer();
  const api = apiOf(server);
  for (const [query, notice] of [
    ['', { code: 4007, reconnect: true }],
    ['?reconnect=false', { code: 4502, reconnect: false }],
  ] as const) {
    const stream = await openAs(server, tokenFor('alice'));
    const { body } = await api.get('/connections');
    const [entry] = body.connections as readonly { session: string }[];
    expect(await api.call('DELETE', `/connections/${entry?.session}${query}`)).toMatchObject({ status: 204 });
    expect((await stream.next('disconnect')).data).toMatchObject(notice);
    await stream.ended;
  }
  expect(await api.call('DELETE', '/connections/nobody')).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
});

test('a user’s sessions can be ended', async () => {
  const server = await startServer();
  const api = apiOf(server);
  const alice = [await openAs(server, tokenFor('alice')), await openAs(server, tokenFor('alice'))];
  const bob = await openAs(server, tokenFor('bob'));
  expect((await api.post('/users/alice/disconnect')).body).toEqual({ disconnected: 2 });
  for (const stream of alice) expect((await stream.next('disconnect')).data).toMatchObject({ code: 4007 });
  expect((await api.post('/users/bob/disconnect', { reconnect: false })).body).toEqual({ disconnected: 1 });
  expect((await bob.next('disconnect')).data).toMatchObject({ code: 4502 });
});

test('a user’s tokens, or one token, can be revoked', async () => {
  const server = await startServer();
  const api = apiOf(server);
  const first = tokenFor('alice', { jti: 'first' });
  const second = tokenFor('alice', { jti: 'second' });
  const [one, two] = [await openAs(server, first), await openAs(server, second)];
  expect((await api.post('/tokens/revoke', { tokenId: 'first' })).body).toEqual({ disconnected: 1 });
  expect((await one.next('disconnect')).data).toMatchObject({ code: 4501, reconnect: false });
  expect((await api.post('/users/alice/revoke')).body).toEqual({ disconnected: 1 });
  expect((await two.next('disconnect')).data).toMatchObject({ code: 4501 });
  for (const token of [first, second]) {
    const stream = await openStream(server.url, `channels=public:demo&token=${token}`);
    expect(stream.response.statusCode).toBe(401);
  }
});

test.each([
  ['GET', '/connections'],
  ['DELETE', '/connections/some'],
  ['POST', '/users/alice/disconnect'],
  ['POST', '/users/alice/revoke'],
  ['POST', '/tokens/revoke'],
])('%s %s is for the server alone', async (method, path) => {
  const api = apiOf(await startServer()).as(tokenFor('alice'));
  expect(await api.call(method, path)).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } });
});
