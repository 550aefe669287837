import { io, type Socket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { Api } from './support/api.ts';
import { inSeconds, tokenFor } from './support/credentials.ts';
import { HandshakeRefused, NativeClient } from './support/native-client.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

const start = (cookie: string | undefined = 'session') =>
  startServer({ development: false, auth: { anonymous: false, ...(cookie && { cookie }) } });
const cookie = (token: string) => ({ cookie: `theme=dark; session=${token}; other="a=b"` });

it('takes a token from the cookie on WebSocket', async () => {
  const { url } = await start();
  const client = await NativeClient.connect(url, { headers: cookie(tokenFor('alice')) });
  expect(await client.messages.take(({ type }) => type === 'welcome')).toMatchObject({ user: 'alice' });
});

it('takes a token from the cookie on Socket.IO', async () => {
  const { url } = await start();
  const socket: Socket = io(url, { extraHeaders: cookie(tokenFor('alice')), reconnection: false });
  onTeardown(() => socket.disconnect());
  await new Promise<void>((resolve, reject) => socket.on('connect', resolve).on('connect_error', reject));
  const answer = await socket.timeout(5000).emitWithAck('subscribe', { channel: 'user:alice' });
  expect(answer).toMatchObject({ ok: true });
});

it('takes a token from the cookie on SSE', async () => {
  const { url } = await start();
  const ending = new AbortController();
  onTeardown(() => ending.abort());
  const { status } = await fetch(`${url}/events?channels=user:alice`, {
    headers: cookie(tokenFor('alice')),
    signal: ending.signal,
  });
  expect(status).toBe(200);
});

it('prefers the token that is sent on purpose', async () => {
  const { url } = await start();
  const client = await NativeClient.connect(url, {
    token: tokenFor('bob'),
    headers: cookie(tokenFor('alice')),
  });
  expect(await client.messages.take(({ type }) => type === 'welcome')).toMatchObject({ user: 'bob' });
});

it('tells a client whose cookie has expired, as of any token', async () => {
  const { url } = await start();
  const client = await NativeClient.connect(url, {
    headers: cookie(tokenFor('alice', { exp: inSeconds(-10) })),
  });
  expect((await client.closed).reason).toMatch(/expired/);
});

it('is no way in for a page of a foreign origin, which the browser would send the cookie for too', async () => {
  const { url } = await start();
  const headers = { ...cookie(tokenFor('alice')), origin: 'https://evil.example' };
  await expect(NativeClient.connect(url, { headers })).rejects.toThrow(HandshakeRefused);
});

it('is not believed by calls over HTTP, which a foreign page could cause', async () => {
  const { url } = await start();
  const api = new Api({ url, bearer: undefined });
  const { status, body } = await api.call('GET', '/realtime/stats', undefined, cookie(tokenFor('alice')));
  expect([status, body.code]).toEqual([401, 'unauthenticated']);
});

it('is nothing where none was configured', async () => {
  const { url } = await start('');
  const client = await NativeClient.connect(url, { headers: cookie(tokenFor('alice')) });
  expect(await client.messages.take()).not.toMatchObject({ user: 'alice' });
});
