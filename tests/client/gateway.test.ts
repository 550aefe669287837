/**
 * The client by SSE and HTTP behind what answers in place of its server: gateways, and the sign-in pages of hotels.
 *
 * @module
 */
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { startServer } from '../support/start-server.ts';
import { startGateway } from './support/gateway.ts';
import { errorsOf, openClient } from './support/open-client.ts';

const page = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Not your server</h1>');

it.each([
  ['a server that is away', page(502), false],
  ['a server that is slow', page(504), true],
  ['a page of its own', page(200), false],
  [
    'half an answer',
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"channel"', () => response.destroy());
    },
    true,
  ],
] as const)('keeps what is answered with %s, and publishes it once', async (_, answer, taken) => {
  const server = await startServer();
  const gateway = await startGateway(server.url);
  const client = openClient({ url: gateway.url, transports: ['sse'] });
  await client.connect();
  const channel = client.channel<{ said: number }>('demo:a');
  gateway.answerNext('publish', answer, { taken });
  expect(await channel.publish('said', 1)).toMatchObject({ offset: 1 });
  expect((await channel.history({ last: 10 })).events).toHaveLength(1);
});

it('comes back from a page that is none of the server’s', async () => {
  const server = await startServer();
  const gateway = await startGateway(server.url);
  gateway.answerNext('ping', page(200));
  const client = openClient({ url: gateway.url, transports: ['sse'] });
  await client.connect();
  expect(errorsOf(client).map(({ code }) => code)).toEqual(['connection_lost']);
});
