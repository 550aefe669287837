import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, test } from 'vitest';
import { Api } from './support/api.ts';
import { API_KEY, inSeconds, tokenFor } from './support/credentials.ts';
import { HandshakeRefused, NativeClient } from './support/native-client.ts';
import { type RunningServer, startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

const apiOf = ({ url }: RunningServer, bearer: string | undefined = API_KEY) => new Api({ url, bearer });

function socketOf(url: string, options: Parameters<typeof io>[1] = {}): Socket {
  const socket = io(url, { reconnection: false, forceNew: true, ...options });
  onTeardown(() => socket.disconnect());
  return socket;
}

/** Fulfilled with the arguments of the next such event. */
const next = (socket: Socket, event: string) =>
  new Promise<unknown[]>((resolve) => socket.once(event, (...values: unknown[]) => resolve(values)));

/** A stream of events as text, ended with the test. */
async function streamOf(url: string, query = '', token?: string) {
  const ending = new AbortController();
  onTeardown(() => ending.abort());
  const response = await fetch(`${url}/events?channels=public:demo${query}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: ending.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  /** Reads until the text has this, or to the end. */
  const until = async (part?: string) => {
    while (part === undefined || !text.includes(part)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  };
  return { status: response.status, until };
}

/** The user whom the first message of a WebSocket names. */
async function welcomedAs(url: string, options: Parameters<typeof NativeClient.connect>[1]) {
  const client = await NativeClient.connect(url, options);
  return (await client.messages.take(({ type }) => type === 'welcome')).user;
}

describe('where a token is taken from', () => {
  test('WebSocket: header, query, subprotocol, command', async () => {
    const { url } = await startServer({ auth: { anonymous: false } });
    const token = tokenFor('alice');
    expect(await welcomedAs(url, { token })).toBe('alice');
    expect(await welcomedAs(url, { path: `/realtime?token=${token}` })).toBe('alice');
    expect(await welcomedAs(url, { protocols: ['tidings.v1', `tidings.token.${token}`] })).toBe('alice');
    const client = await NativeClient.welcomed(url);
    expect(await client.ask('subscribe', { channels: ['public:demo'] })).toMatchObject({
      ok: false,
      error: { code: 'unauthenticated' },
    });
    client.send({ type: 'authenticate', id: 'a', token });
    client.send({ type: 'subscribe', id: 'b', channels: ['public:demo'] });
    expect(await client.messages.take(({ id }) => id === 'a')).toMatchObject({
      ok: true,
      data: { user: 'alice' },
    });
    expect(await client.messages.take(({ id }) => id === 'b')).toMatchObject({ ok: true });
  });

  test('Socket.IO: auth, query, header, command', async () => {
    const { url } = await startServer();
    const token = tokenFor('alice');
    const ways = [
      { auth: { token } },
      { query: { token } },
      { extraHeaders: { authorization: `Bearer ${token}` } },
      { auth: { token }, transports: ['polling'] },
    ];
    for (const options of ways) {
      const [connected] = await next(socketOf(url, options), 'connected');
      expect(connected).toMatchObject({ user: 'alice' });
    }
    const socket = socketOf(url);
    await next(socket, 'connected');
    expect(await socket.emitWithAck('authenticate', { token })).toMatchObject({
      ok: true,
      data: { user: 'alice' },
    });
  });

  test('SSE: header, query', async () => {
    const { url } = await startServer();
    const token = tokenFor('alice');
    const streams = [await streamOf(url, '', token), await streamOf(url, `&token=${token}`)];
    for (const { until } of streams) expect(await until('\n\n')).toContain('"user":"alice"');
  });
});

describe('a token that is refused', () => {
  test.each([
    ['forged', () => tokenFor('alice').slice(0, -4).concat('AAAA'), 'invalid_token', 4500],
    ['expired', () => tokenFor('alice', { exp: inSeconds(-60) }), 'token_expired', 4003],
  ])('%s: told on every transport', async (_, make, code, close) => {
    const { url } = await startServer();
    const token = make();
    const client = await NativeClient.connect(url, { token });
    expect(await client.messages.take()).toMatchObject({ type: 'disconnect', code: close });
    expect((await client.closed).code).toBe(close);
    const stream = await streamOf(url, '', token);
    expect(stream.status).toBe(401);
    expect(JSON.parse(await stream.until())).toMatchObject({ code });
    const [error] = await next(socketOf(url, { auth: { token } }), 'connect_error');
    expect(error).toMatchObject({ data: { code } });
    expect(await apiOf({ url } as RunningServer, token).call('POST', '/commands/ping', {})).toMatchObject({
      status: 401,
      body: { code },
    });
  });
});

test('a token’s end ends the session, unless it was refreshed', async () => {
  const { url } = await startServer({ auth: { clockTolerance: 0 } });
  const soon = { exp: inSeconds(2) };
  const [ends, stays] = await Promise.all(
    [1, 2].map(() => NativeClient.welcomed(url, { token: tokenFor('alice', soon) })),
  );
  expect(await stays!.ask('authenticate', { token: tokenFor('alice') })).toMatchObject({ ok: true });
  expect(await ends!.messages.take()).toMatchObject({
    type: 'disconnect',
    reason: 'token_expired',
    reconnect: true,
  });
  expect((await ends!.closed).code).toBe(4003);
  expect(await stays!.ask('ping')).toMatchObject({ type: 'pong' });
});

describe('revoking', () => {
  test('a user ends their sessions on every transport, also after a restart', async () => {
    const server = await startServer();
    const { url, data } = server;
    const token = tokenFor('alice');
    const client = await NativeClient.welcomed(url, { token });
    const stream = await streamOf(url, '', token);
    await stream.until('"user":"alice"');
    const socket = socketOf(url, { auth: { token } });
    await next(socket, 'connected');
    const told = next(socket, 'tidings:disconnect');
    const bystander = await NativeClient.welcomed(url, { token: tokenFor('bob') });

    expect(await apiOf(server).call('POST', '/users/alice/revoke', {})).toMatchObject({
      status: 200,
      body: { disconnected: 3 },
    });
    expect((await client.closed).code).toBe(4501);
    expect(await told).toMatchObject([{ code: 4501, reason: 'token_revoked', reconnect: false }]);
    expect(await stream.until()).toContain('"reason":"token_revoked"');
    expect(await bystander.ask('ping')).toMatchObject({ type: 'pong' });

    await server.stop();
    const again = await startServer({ data });
    const late = await NativeClient.connect(again.url, { token });
    expect((await late.closed).code).toBe(4501);
  });

  test('a token ends its session alone', async () => {
    const server = await startServer();
    const one = await NativeClient.welcomed(server.url, { token: tokenFor('alice', { jti: 'one' }) });
    const two = await NativeClient.welcomed(server.url, { token: tokenFor('alice', { jti: 'two' }) });
    await apiOf(server).call('POST', '/tokens/revoke', { tokenId: 'one' });
    expect((await one.closed).code).toBe(4501);
    expect(await two.ask('ping')).toMatchObject({ type: 'pong' });
  });

  test('is the server’s alone', async () => {
    const server = await startServer();
    for (const bearer of [undefined, tokenFor('alice'), `${API_KEY}x`])
      expect((await apiOf(server).as(bearer).call('POST', '/users/alice/revoke', {})).status).toBe(401);
  });
});

describe('origins', () => {
  const handshake = (url: string, origin: string) =>
    NativeClient.connect(url, { headers: { origin } }).then(
      () => 'taken',
      (error: HandshakeRefused) => error.status,
    );
  /** The status of a GET with an origin. */
  const get = async (url: string, path: string, origin: string) => {
    const outgoing = request(new URL(path, url), { headers: { origin }, agent: false });
    onTeardown(() => outgoing.destroy());
    outgoing.on('error', () => {}).end();
    const [response] = await once(outgoing, 'response');
    return response.statusCode;
  };

  test('are asked on every transport', async () => {
    const { url } = await startServer({ origins: ['https://app.example.com'] });
    for (const [origin, status] of [
      ['https://app.example.com', 200],
      [url, 200],
      ['https://evil.example', 403],
      ['null', 403],
    ] as const) {
      expect([origin, await handshake(url, origin)]).toEqual([origin, status === 200 ? 'taken' : 403]);
      expect([origin, await get(url, '/events?channels=public:demo', origin)]).toEqual([origin, status]);
      const polling = await get(url, '/socket.io/?EIO=4&transport=polling', origin);
      expect([origin, polling === 200]).toEqual([origin, status === 200]);
    }
  });
});

test('tokens of a key set elsewhere, and its outage', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] };
  const jwks = createServer((_request, response) => response.end(JSON.stringify(keys)));
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const { port } = jwks.address() as AddressInfo;
  const jwksUrl = `http://127.0.0.1:${port}/jwks.json`;
  const token = await new SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(privateKey);
  const auth = { jwksUrl, algorithms: ['ES256'] as const, secret: undefined };
  const one = await startServer({ auth: auth as never });
  expect(await welcomedAs(one.url, { token })).toBe('alice');
  jwks.closeAllConnections();
  await new Promise((resolve) => jwks.close(resolve));
  const two = await startServer({ auth: auth as never });
  const refused = await NativeClient.connect(two.url, { token }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(HandshakeRefused);
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect((await NativeClient.welcomed(two.url)).messages.all).toMatchObject([{ user: null }]);
});
