import { expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { signToken, tokenFor } from './support/credentials.ts';
import { openStream } from './support/event-stream.ts';
import { type RunningServer, startServer } from './support/start-server.ts';

const apiOf = ({ url, apiKey }: RunningServer) => new Api({ url, bearer: apiKey });

test('channels are listed page by page, with who follows them', async () => {
  const server = await startServer();
  const api = apiOf(server);
  for (const name of ['a', 'b', 'c']) await api.publish(`public:${name}`, 'e');
  const stream = await openStream(server.url, 'channels=public:b,public:silent');
  await stream.next('welcome');
  const first = await api.get('/channels?prefix=public:&limit=3');
  expect(first.body).toEqual({
    channels: [
      { channel: 'public:a', position: expect.stringMatching(/:1$/), events: 1, subscribers: 0 },
      { channel: 'public:b', position: expect.stringMatching(/:1$/), events: 1, subscribers: 1 },
      { channel: 'public:c', position: expect.stringMatching(/:1$/), events: 1, subscribers: 0 },
    ],
    next: 'public:c',
  });
  const second = await api.get('/channels?prefix=public:&limit=3&after=public:c');
  expect(second.body).toEqual({ channels: [{ channel: 'public:silent', events: 0, subscribers: 1 }] });
  expect(await api.as(tokenFor('alice')).get('/channels')).toMatchObject({ status: 401 });
});

test('channels are listed whole, whatever they are written in', async () => {
  const server = await startServer();
  const api = apiOf(server);
  // By their UTF-16 units the second of these comes before the first.
  for (const name of ['～', '😀']) await api.publish(`public:${name}`, 'e');
  const stream = await openStream(server.url, `channels=${encodeURIComponent('public:～~,public:😀~')}`);
  await stream.next('welcome');
  const names: string[] = [];
  let after: string | undefined = 'public:';
  while (after !== undefined) {
    const { body } = await api.get(`/channels?prefix=public:&limit=1&after=${encodeURIComponent(after)}`);
    const page = body as { channels: { channel: string }[]; next?: string };
    names.push(...page.channels.map(({ channel }) => channel));
    after = page.next;
  }
  expect(names).toEqual(['public:～', 'public:～~', 'public:😀', 'public:😀~']);
});

test('history is read page by page', async () => {
  const api = apiOf(await startServer());
  for (const n of [1, 2, 3]) await api.publish('public:a', 'n', n);
  const newest = await api.get('/channels/public:a/history?last=2');
  expect(newest.body).toMatchObject({
    channel: 'public:a',
    recovered: false,
    more: false,
    events: [
      { type: 'event', event: 'n', data: 2, offset: 2 },
      { data: 3, offset: 3 },
    ],
  });
  const epoch = String(newest.body.position).split(':')[0];
  const page = await api.get(`/channels/public:a/history?since=${epoch}:0&limit=2`);
  expect(page.body).toMatchObject({ recovered: true, more: true, events: [{ offset: 1 }, { offset: 2 }] });
  expect((await api.get(`/channels/public:a/history?since=${epoch}:2`)).body).toMatchObject({
    recovered: true,
    more: false,
    events: [{ offset: 3 }],
  });
});

test('history is for a user with the right, and for the server', async () => {
  const server = await startServer({ namespaces: { club: {}, vault: { rights: { history: 'nobody' } } } });
  const api = apiOf(server);
  const member = api.as(signToken({ sub: 'alice', channels: { 'club:*': ['history'] } }));
  for (const channel of ['club:1', 'vault:1']) await api.publish(channel, 'e');
  expect(await api.get('/channels/vault:1/history')).toMatchObject({ status: 200 });
  expect(await member.get('/channels/club:1/history')).toMatchObject({ status: 200 });
  expect(await member.get('/channels/vault:1/history')).toMatchObject({ status: 403 });
  expect(await api.as(signToken({ sub: 'bob' })).get('/channels/club:1/history')).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  expect(await api.as(undefined).get('/channels/club:1/history')).toMatchObject({
    status: 401,
    body: { code: 'unauthenticated' },
  });
});

test('a history that is deleted begins a new epoch', async () => {
  const api = apiOf(await startServer());
  const { epoch } = await api.publish('public:a', 'e');
  expect(await api.as(tokenFor('alice')).call('DELETE', '/channels/public:a/history')).toMatchObject({
    status: 401,
  });
  expect(await api.call('DELETE', '/channels/public:a/history')).toMatchObject({ status: 204, text: '' });
  expect((await api.get('/channels/public:a/history')).body).toMatchObject({ events: [] });
  const after = await api.publish('public:a', 'e');
  expect(after.offset).toBe(1);
  expect(after.epoch).not.toBe(epoch);
});

test('presence says who follows a channel', async () => {
  const server = await startServer({
    namespaces: { quiet: {}, lobby: { presence: true, rights: { subscribe: 'anyone' } } },
  });
  const api = apiOf(server);
  const stream = await openStream(server.url, `channels=lobby:1&token=${tokenFor('alice')}`);
  await stream.next('welcome');
  expect((await api.get('/channels/lobby:1/presence')).body).toEqual({
    channel: 'lobby:1',
    members: [{ user: 'alice', sessions: 1, since: expect.any(Number) }],
    position: expect.any(String),
  });
  expect(await api.get('/channels/quiet:room/presence')).toMatchObject({
    status: 409,
    body: { code: 'no_presence' },
  });
});

test.each([
  ['/channels/nonsense/history', 400, 'bad_channel'],
  ['/channels/nope:a/history', 404, 'unknown_namespace'],
  ['/channels/public:a/history?since=nonsense', 400, 'bad_position'],
  ['/channels/public:a/history?limit=0', 400, 'invalid_request'],
  ['/channels/public:a/history?limit=many', 400, 'invalid_request'],
  ['/channels?limit=1001', 400, 'invalid_request'],
])('%s is answered %i %s', async (path, status, code) => {
  const api = apiOf(await startServer());
  expect(await api.get(path)).toMatchObject({ status, body: { code } });
});
