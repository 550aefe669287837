/**
 * The client where WebSocket is blocked.
 *
 * @module
 */
import type { LifecycleListener } from '@tidings/client';
import { expect, it } from 'vitest';
import { tokenFor } from '../support/credentials.ts';
import { startServer } from '../support/start-server.ts';
import { startNoWebSocketProxy } from './support/no-websocket-proxy.ts';
import { errorsOf, hear, openClient, settled, until } from './support/open-client.ts';

it('goes on by SSE and HTTP, and says so', async () => {
  const server = await startServer();
  const proxy = await startNoWebSocketProxy(server.url);
  const client = openClient({ url: proxy.url });
  const told: unknown[] = [];
  client.on('transport', ({ kind, reason }) => told.push([kind, reason?.code]));
  const channel = client.channel<{ said: number }>('demo:a');
  const heard = hear(channel);
  await settled(channel);
  await channel.publish('said', 1);
  expect((await heard.next()).data).toBe(1);
  expect(client.status.getSnapshot().transport).toBe('sse');
  expect(told).toEqual([['sse', 'websocket_blocked']]);
});

it('goes back to WebSocket on another network, and loses nothing on the way', async () => {
  const server = await startServer();
  const proxy = await startNoWebSocketProxy(server.url);
  let device: LifecycleListener | undefined;
  const client = openClient({
    url: proxy.url,
    lifecycle: {
      watch(listener) {
        device = listener;
        return () => {};
      },
    },
  });
  const backend = openClient({ url: server.url });
  const channel = client.channel<{ said: number }>('demo:a');
  const heard = hear(channel);
  await settled(channel);
  proxy.allow();
  device?.online();
  proxy.cut();
  for (let n = 0; n < 5; n += 1) await backend.channel('demo:a').publish('said', n);
  expect((await heard.take(5)).map(({ data }) => data)).toEqual([0, 1, 2, 3, 4]);
  await until(client.status, ({ transport, state }) => state === 'connected' && transport === 'websocket');
});

it('follows and leaves channels while the stream is open, each from where it was', async () => {
  const server = await startServer();
  const client = openClient({ url: server.url, transports: ['sse'] });
  const backend = openClient({ url: server.url });
  const one = hear(client.channel('demo:one'));
  await settled(client.channel('demo:one'));
  await backend.channel('demo:one').publish('said', 1);
  const two = hear(client.channel('demo:two'));
  await backend.channel('demo:one').publish('said', 2);
  await settled(client.channel('demo:two'));
  await backend.channel('demo:two').publish('said', 3);
  expect((await one.take(2)).map(({ data }) => data)).toEqual([1, 2]);
  expect((await two.next()).data).toBe(3);
  two.off();
  await until(client.channel('demo:two').status, ({ state }) => state === 'idle');
  await backend.channel('demo:one').publish('said', 4);
  expect((await one.next()).data).toBe(4);
});

it('goes on when a new token takes the right to the only channel away', async () => {
  const server = await startServer({
    development: false,
    namespaces: { room: { rights: { subscribe: 'granted', publish: 'anyone' } } },
  });
  let channels: Record<string, 'subscribe'[]> = { 'room:1': ['subscribe'] };
  const client = openClient({
    url: server.url,
    transports: ['sse'],
    token: () => tokenFor('alice', { channels }),
  });
  const channel = client.channel('room:1');
  hear(channel);
  await settled(channel);
  channels = {};
  await client.refreshToken();
  const { error } = await until(channel.status, ({ state }) => state === 'failed');
  expect(error?.code).toBe('forbidden');
  expect(client.status.getSnapshot().state).toBe('connected');
  expect(await channel.publish('said', 1)).toMatchObject({ offset: 1 });
});

it('is told what the server refuses: a channel, a command, and the session', async () => {
  const server = await startServer({ development: false, auth: { anonymous: false } });
  const stranger = openClient({ url: server.url, transports: ['sse'] });
  await expect(stranger.connect()).rejects.toMatchObject({ code: 'unauthenticated' });
  const client = openClient({
    url: server.url,
    transports: ['sse'],
    token: tokenFor('alice', { channels: {} }),
  });
  const channel = client.channel('demo:a');
  hear(channel);
  const { error } = await until(channel.status, ({ state }) => state === 'failed');
  expect(error?.code).toMatch(/forbidden|unknown_namespace/);
  await expect(channel.history()).rejects.toMatchObject({ name: 'ClientError' });
  expect(client.status.getSnapshot().state).toBe('connected');
  expect(errorsOf(stranger).map(({ code }) => code)).toContain('unauthenticated');
});
