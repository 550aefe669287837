/**
 * Tokens that end, and tokens that cannot be had.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { inSeconds, tokenFor } from '../support/credentials.ts';
import { startServer } from '../support/start-server.ts';
import { errorsOf, hear, openClient, settled, until } from './support/open-client.ts';

describe.each(['websocket', 'sse'] as const)('by %s', (transport) => {
  it('asks for the next token before one ends, and the session goes on', async () => {
    const server = await startServer();
    let asked = 0;
    const client = openClient({
      url: server.url,
      transports: [transport],
      token: () => tokenFor('alice', { exp: inSeconds(asked++ === 0 ? 3 : 3600) }),
    });
    const states: string[] = [];
    client.status.subscribe(() => states.push(client.status.getSnapshot().state));
    const channel = client.channel('demo:a');
    const heard = hear(channel);
    await settled(channel);
    await expect.poll(() => asked).toBe(2);
    await channel.publish('said', 'after');
    expect((await heard.next()).data).toBe('after');
    expect(states).not.toContain('waiting');
    expect(errorsOf(client)).toEqual([]);
  });

  it('knows whose an anonymous session is once it is given a token', async () => {
    const server = await startServer();
    let token: string | undefined;
    const client = openClient({ url: server.url, transports: [transport], token: () => token });
    await client.connect();
    expect(client.status.getSnapshot().user).toBeUndefined();
    token = tokenFor('alice');
    await client.refreshToken();
    expect(client.status.getSnapshot().user).toBe('alice');
  });

  it('asks for another token when the server says that one has expired', async () => {
    const server = await startServer({ auth: { clockTolerance: 0 } });
    let asked = 0;
    const client = openClient({
      url: server.url,
      transports: [transport],
      token: () => tokenFor('alice', { exp: inSeconds(asked++ === 0 ? -10 : 3600) }),
    });
    await client.connect();
    expect(asked).toBe(2);
  });
});

it('does not ask over and over by SSE when the device’s clock is ahead', async () => {
  const server = await startServer();
  let asked = 0;
  const client = openClient({
    url: server.url,
    transports: ['sse'],
    token() {
      asked += 1;
      return tokenFor('alice', { exp: inSeconds(3600) });
    },
    clock: {
      wall: () => Date.now() + 2 * 3_600_000,
      monotonic: () => performance.now(),
      after(ms, callback) {
        // What would come within a second comes at once.
        const timer = setTimeout(callback, ms <= 1000 ? 1 : ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
  });
  const channel = client.channel('demo:a');
  hear(channel);
  await settled(channel);
  for (let n = 0; n < 20; n += 1) await channel.publish('said', n);
  expect(asked).toBe(1);
});

it('stops when the token is no token of this server, and starts again with connect()', async () => {
  const server = await startServer();
  let token = 'no.such.token';
  const client = openClient({ url: server.url, token: () => token });
  await expect(client.connect()).rejects.toMatchObject({ code: 'invalid_token' });
  expect(client.status.getSnapshot()).toMatchObject({ state: 'failed', error: { code: 'invalid_token' } });
  token = tokenFor('alice');
  await client.connect();
  expect(client.status.getSnapshot()).toMatchObject({ state: 'connected', user: 'alice' });
});

it('stops when the user is revoked', async () => {
  const server = await startServer();
  const client = openClient({ url: server.url, token: () => tokenFor('alice') });
  await client.connect();
  await new Api({ url: server.url, bearer: server.apiKey }).post('/users/alice/revoke', {});
  expect(await until(client.status, ({ state }) => state === 'failed')).toMatchObject({
    error: { code: 'token_revoked' },
  });
});

it('tells of a token() that throws, gives nonsense or never answers, and tries again', async () => {
  const server = await startServer();
  const answers = [
    () => {
      throw new Error('no network');
    },
    () => Promise.reject(new Error('401')),
    () => 42 as unknown as string,
    () => new Promise<string>(() => {}),
    () => tokenFor('alice'),
  ];
  const client = openClient({ url: server.url, tokenTimeout: 100, token: () => answers.shift()?.() });
  await client.connect();
  expect(errorsOf(client).map(({ code }) => code)).toEqual([
    'token_failed',
    'token_failed',
    'token_failed',
    'token_timeout',
  ]);
});

it('tries what was refused again once it has another token', async () => {
  const server = await startServer({
    namespaces: { room: { rights: { subscribe: 'granted' } } },
  });
  let channels = {};
  const client = openClient({ url: server.url, token: () => tokenFor('alice', { channels }) });
  const channel = client.channel('room:1');
  hear(channel);
  await until(channel.status, ({ state }) => state === 'failed');
  channels = { 'room:*': ['subscribe'] };
  await client.refreshToken();
  await settled(channel);
});
