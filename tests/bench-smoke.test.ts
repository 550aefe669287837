import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Generator } from '../bench/generator.ts';
import type { Table } from '../bench/measure.ts';
import { ownWire } from '../bench/peers/own.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

// Whether the bench counts right. No time decides anything here.

const ROOT = join(import.meta.dirname, '..');
const CHANNEL_LENGTH = 6;
const SUBSCRIBERS = 10;

/** Those that count differently from one another. */
const ROWS = [
  'fanout',
  'paced',
  'channels',
  'durable',
  'http',
  'inbound',
  'socketio-fanout',
  'sse-fanout',
  'deflate',
  'storm',
  'watchers',
];

test('every row counts each delivery of Tidings and of ws', { timeout: 120_000 }, async () => {
  const results = temporaryDirectory();
  const only = [...ROWS, 'tidings', 'ws'].join(',');
  const bench = [join(ROOT, 'bench/run.ts'), '--smoke', '--only', only, '--results', results];
  await promisify(execFile)(process.execPath, bench);
  const { tables } = JSON.parse(readFileSync(join(results, 'latest.json'), 'utf8')) as {
    tables: readonly Table[];
  };
  expect(tables.map(({ row }) => row.name)).toEqual(ROWS);
  for (const { row, lines } of tables)
    for (const { title, missing, faults, rounds } of lines)
      expect({ row: row.name, title, missing, faults, rounds: rounds.length }).toEqual({
        row: row.name,
        title,
        missing: undefined,
        faults: [],
        rounds: 1,
      });
});

test.each(['c', 'typescript'] as const)(
  'the load generator in %s counts what is lost, twice or cut off',
  async (language) => {
    const { port, spoil } = await spoiledServer();
    const load = await Generator.start(port, language);
    onTeardown(() => load.process.stop());
    await load.speak(ownWire({ transport: 'websocket' }));
    expect(await load.connect(SUBSCRIBERS, 1)).toMatchObject({ connected: SUBSCRIBERS, failed: 0 });
    await load.publishers(1);

    const fine = await load.run(4, 0.05);
    expect(fine).toMatchObject({ lost: 0, extra: 0, closed: 0, deliveries: fine.messages * SUBSCRIBERS });

    spoil('drop');
    const dropped = await load.run(4, 0.05);
    expect(dropped).toMatchObject({ lost: 1, extra: 0, deliveries: dropped.messages * SUBSCRIBERS - 1 });

    spoil('twice');
    const twice = await load.run(4, 0.05);
    expect(twice).toMatchObject({ lost: 0, extra: 1, deliveries: twice.messages * SUBSCRIBERS });

    spoil('cut');
    const cut = await load.run(4, 0.05);
    expect(cut.closed).toBe(1);
    expect(cut.lost).toBeGreaterThan(0);
  },
);

type Spoil = 'drop' | 'twice' | 'cut';

/** A server that does its work but for one delivery after each `spoil`. */
async function spoiledServer(): Promise<{ port: number; spoil: (how: Spoil) => void }> {
  let next: Spoil | undefined;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  onTeardown(async () => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (client, request) => {
    if (request.url !== '/publish') return;
    client.on('message', (data: Buffer) => {
      for (const subscriber of server.clients) {
        if (subscriber === client) continue;
        const how = next;
        next = undefined;
        if (how === 'drop') continue;
        if (how === 'cut') subscriber.terminate();
        else subscriber.send(data.subarray(CHANNEL_LENGTH), { binary: false });
        if (how === 'twice') subscriber.send(data.subarray(CHANNEL_LENGTH), { binary: false });
      }
    });
  });
  return { port: (server.address() as AddressInfo).port, spoil: (how) => (next = how) };
}
