/**
 * The client against a real server: connects, hears, publishes, resumes.
 *
 * @module
 */
import { expect, it } from 'vitest';
import { CutProxy } from '../support/cut-proxy.ts';
import { startServer } from '../support/start-server.ts';
import { hear, openClient, settled } from './support/open-client.ts';

it.each(['websocket', 'sse'] as const)('hears and publishes by %s', async (transport) => {
  const server = await startServer();
  const client = openClient({ url: server.url, transports: [transport] });
  const channel = client.channel<{ said: { n: number } }>('demo:a');
  const heard = hear(channel);
  await settled(channel);
  const receipt = await channel.publish('said', { n: 1 });
  expect(receipt).toMatchObject({ channel: 'demo:a', offset: 1 });
  expect(await heard.next()).toMatchObject({ data: { n: 1 }, meta: { event: 'said', offset: 1 } });
  expect(client.status.getSnapshot()).toMatchObject({ state: 'connected', transport });
});

it.each(['websocket', 'sse'] as const)('resumes by %s after a cut, once and in order', async (transport) => {
  const server = await startServer();
  const proxy = await CutProxy.start(server.url);
  const client = openClient({ url: proxy.url, transports: [transport] });
  const other = openClient({ url: server.url });
  const channel = client.channel<{ said: number }>('demo:a');
  const heard = hear(channel);
  await settled(channel);
  for (let round = 0; round < 3; round += 1) {
    proxy.cut();
    for (let n = 1; n <= 5; n += 1) await other.channel('demo:a').publish('said', round * 5 + n);
  }
  expect((await heard.take(15)).map(({ data }) => data)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
});
