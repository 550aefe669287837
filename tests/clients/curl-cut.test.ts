import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { onTeardown } from '../support/teardown.ts';

const script = join(import.meta.dirname, '../../docs/clients/curl/tidings.sh');

/** What is said to a client that comes from a cursor: how often it must not wait, where it is, and the next event. */
const stream = (cursor: number) => ({
  head: 'retry: 0\n',
  rest: `event: welcome\nid: ${cursor}\ndata: {"at":${cursor}}\n\nid: ${cursor + 1}\ndata: {"n":${cursor + 1}}\n\n`,
});

it('curl loses no event and hears none twice, after whichever byte its stream is cut', async () => {
  const { head, rest } = stream(0);
  const cuts = rest.length;
  let connections = 0;
  const server = createServer((request, response) => {
    const { rest: said } = stream(Number(request.headers['last-event-id'] ?? 0));
    response.writeHead(200, { connection: 'close' }).end(head + said.slice(0, connections++));
  });
  onTeardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = spawn(script, ['follow', 'public:demo'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, TIDINGS_URL: url },
  });
  onTeardown(() => client.kill());
  const heard: number[] = [];
  for await (const line of createInterface(client.stdout)) {
    const { n } = JSON.parse(line) as { n?: number };
    if (n !== undefined) heard.push(n);
    if (connections > cuts + 2) break;
  }
  expect(heard.length).toBeGreaterThan(2);
  expect(heard).toEqual(heard.map((_, index) => index + 1));
}, 30_000);
