import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { writeMessage } from '../outgoing.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openSse } from './sse-transport.ts';
import type { TransportEnd } from './transport.ts';

it('gives a way up that takes a command and never answers, so that what waits in line may take another', async () => {
  const taken = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/ping')) response.end('{}');
    else taken.resolve();
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const clock = new ManualClock();
  const welcomed = Promise.withResolvers<void>();
  const ends: TransportEnd[] = [];
  const { port } = server.address() as AddressInfo;
  const transport = openSse({
    kind: 'sse',
    url: `http://127.0.0.1:${port}`,
    token: undefined,
    clock,
    listener: {
      alive: () => {},
      message: () => welcomed.resolve(),
      fault: (error) => expect.unreachable(error.message),
      closed: (end) => ends.push(end),
    },
  });
  await welcomed.promise;
  const publish = { type: 'publish', channel: 'a:1', event: 'said', data: 1 } as const;
  transport.send([writeMessage(1, publish, 0), writeMessage(2, publish, 0)]);
  await taken.promise;
  await clock.advance(34_999);
  expect(ends).toEqual([]);
  await clock.advance(1);
  expect(ends).toMatchObject([{ error: { code: 'connection_lost' }, reconnect: true }]);
  expect(clock.timers).toBe(0);
});
