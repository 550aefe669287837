/**
 * Thousands of connections that never finish what they began: the server does not grow, ends them, and serves others
 * throughout.
 *
 * @module
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { Bystander } from '../support/bystander.ts';
import { NativeClient } from '../support/native-client.ts';
import { spawnServer } from '../support/spawn-server.ts';
import { onTeardown } from '../support/teardown.ts';

/** Connections of each kind. */
const EACH = 750;

const BEGINNINGS = [
  '',
  'GET /realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n',
  'POST /api/v1/publish HTTP/1.1\r\nHost: x\r\nContent-',
  'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n',
];

/** A connection costs the server so much at most, bytes. */
const COST = 24 * 1024;

/** They are ended within the time for a request's head and the time between two looks, and some to spare, milliseconds. */
const ENDED_WITHIN = 25_000;

it('are ended in time, and others are served meanwhile', { timeout: 60_000 }, async () => {
  const server = await spawnServer();
  const api = new Api({ url: server.url, bearer: server.apiKey });
  const bystander = await Bystander.watch(server);
  const memory = () => {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  };
  const before = memory();

  const sockets: Socket[] = [];
  onTeardown(() => sockets.forEach((socket) => void socket.destroy()));
  for (const beginning of BEGINNINGS) {
    for (let n = 0; n < EACH; n += 1) {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      if (beginning !== '') socket.write(beginning);
      sockets.push(socket);
    }
    await Promise.all(sockets.slice(-EACH).map((socket) => once(socket, 'connect')));
  }
  const ended = Promise.all(sockets.map((socket) => once(socket, 'close')));

  expect(memory() - before).toBeLessThan(sockets.length * COST + 32 * 1024 * 1024);
  const client = await NativeClient.welcomed(server.url);
  expect(await client.ask('ping')).toMatchObject({ type: 'pong' });
  await api.publish('public:a', 'served');

  const begun = performance.now();
  await ended;
  expect(performance.now() - begun).toBeLessThan(ENDED_WITHIN);
  await bystander.expectUnharmed();
});

it('that were taken and do not say who they are are ended with 4004', async () => {
  const server = await spawnServer({ config: { auth: { anonymous: false, timeout: 500 } } });
  const client = await NativeClient.welcomed(server.url);
  expect((await client.ask('subscribe', { channels: ['public:a'] })).error?.code).toBe('unauthenticated');
  expect(await client.ask('ping')).toMatchObject({ type: 'pong' });
  expect(await client.messages.take(({ type }) => type === 'disconnect')).toMatchObject({
    code: 4004,
    reason: 'authentication_timeout',
    reconnect: true,
  });
  expect((await client.closed).code).toBe(4004);
});
