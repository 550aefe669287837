/**
 * How many messages the client makes of what it has to say.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startServer } from '../support/start-server.ts';
import { onTeardown } from '../support/teardown.ts';
import { hear, openClient, settled } from './support/open-client.ts';

/** Passes WebSocket messages on to a server, and keeps those of the client. */
async function watch(
  target: string,
): Promise<{ url: string; frames: { type: string; messages?: unknown[] }[] }> {
  const frames: { type: string; messages?: unknown[] }[] = [];
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on('connection', (client) => {
    const upstream = new WebSocket(`${target.replace('http', 'ws')}/realtime`);
    upstream.on('message', (data) => client.send(data.toString()));
    client.on('message', (data) => {
      frames.push(JSON.parse(data.toString()));
      upstream.send(data.toString());
    });
    client.on('close', () => upstream.terminate());
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTeardown(() => {
    for (const client of server.clients) client.terminate();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, frames };
}

it('subscribes to all channels of a tick in one message, and leaves them in one', async () => {
  const server = await startServer();
  const { url, frames } = await watch(server.url);
  const client = openClient({ url });
  await client.connect();
  const channels = ['a', 'b', 'c'].map((name) => client.channel(`demo:${name}`));
  const offs = channels.map((channel) => channel.subscribe());
  // The same channel is followed once, however many want it.
  offs.push(...channels.map((channel) => hear(channel).off));
  for (const channel of channels) await settled(channel);
  for (const off of offs) off();
  // Who lets go and takes hold again in one breath has never left.
  const again = client.channel('demo:a').subscribe();
  await expect.poll(() => frames.length).toBe(2);
  expect(frames).toMatchObject([
    { type: 'subscribe', channels: [{ channel: 'demo:a' }, { channel: 'demo:b' }, { channel: 'demo:c' }] },
    { type: 'unsubscribe', channels: ['demo:b', 'demo:c'] },
  ]);
  again();
});

it('sends what is published in one tick as one batch', async () => {
  const server = await startServer();
  const { url, frames } = await watch(server.url);
  const client = openClient({ url });
  await client.connect();
  await Promise.all(Array.from({ length: 30 }, (_, n) => client.channel('demo:a').publish('said', n)));
  expect(frames).toHaveLength(1);
  expect(frames[0]).toMatchObject({ type: 'batch' });
  expect(frames[0]?.messages).toHaveLength(30);
});

it('waits for ten messages or so long as it is told', async () => {
  const server = await startServer();
  const { url, frames } = await watch(server.url);
  const client = openClient({ url, batch: { size: 10, interval: 200 } });
  await client.connect();
  await Promise.all(Array.from({ length: 25 }, (_, n) => client.channel('demo:a').publish('said', n)));
  expect(frames.map(({ messages }) => messages?.length)).toEqual([10, 10, 5]);
});
