/**
 * SIGTERM: nobody new, everyone told when to come back, everything that was begun answered, exit 0.
 *
 * @module
 */
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { Api } from '../support/api.ts';
import { openStream } from '../support/event-stream.ts';
import { Inbox } from '../support/inbox.ts';
import { NativeClient } from '../support/native-client.ts';
import { readHistory } from '../support/read-history.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { onTeardown } from '../support/teardown.ts';

const NAMESPACES = { journal: { durable: true, rights: { subscribe: 'anyone' } } } as const;

/** How long the server may take to go down, milliseconds. */
const DRAIN_TIMEOUT = 5000;

/** Every client's delay lies within this, milliseconds. */
const SPREAD = 10_000;

function start(): Promise<ServerProcess> {
  return spawnServer({
    config: { namespaces: NAMESPACES, drain: { timeout: DRAIN_TIMEOUT, spread: SPREAD } },
  });
}

/** A publish over a raw socket, whose body is held back. */
function halfSentPublish({ url, apiKey }: ServerProcess, channel: string) {
  const body = JSON.stringify({ channel, event: 'late' });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const answer = new Inbox<string>('the publish');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => answer.push(text));
  socket.write(
    `POST /api/v1/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  onTeardown(() => socket.destroy());
  return { finish: () => void socket.write(body.slice(10)), answer: () => answer.take() };
}

it('exits with 0 within its time, with nobody connected', async () => {
  const server = await start();
  const before = performance.now();
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(5000);
});

it('tells every client that it drains, each with its own delay, and closes', async () => {
  const server = await start();
  const sockets = await Promise.all(Array.from({ length: 10 }, () => NativeClient.welcomed(server.url)));
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => openStream(server.url, 'channels=journal:a')),
  );
  for (const stream of streams) await stream.next('welcome');
  server.signal('SIGTERM');

  const delays: number[] = [];
  for (const client of sockets) {
    const notice = await client.messages.take(({ type }) => type === 'disconnect');
    expect(notice).toEqual({
      type: 'disconnect',
      code: 4000,
      reason: 'draining',
      reconnect: true,
      retryAfter: expect.any(Number),
    });
    expect((await client.closed).code).toBe(4000);
    delays.push(notice.retryAfter ?? 0);
  }
  for (const stream of streams) {
    const { data, retry } = await stream.next('disconnect');
    expect(data).toMatchObject({ code: 4000, reason: 'draining', reconnect: true });
    await stream.ended;
    expect(Number(retry)).toBe(data?.retryAfter);
    delays.push(Number(retry));
  }
  expect(new Set(delays).size).toBeGreaterThan(delays.length / 2);
  expect(Math.max(...delays)).toBeLessThanOrEqual(SPREAD + 1000);
  expect(await server.exited()).toEqual({ code: 0, signal: null });
});

it('refuses new connections, and answers what was begun', async () => {
  const server = await start();
  const client = await NativeClient.welcomed(server.url);
  const publish = halfSentPublish(server, 'journal:a');
  await client.ask('ping');
  server.signal('SIGTERM');
  await client.messages.take(({ type }) => type === 'disconnect');

  await expect(NativeClient.connect(server.url)).rejects.toThrow();
  await expect(openStream(server.url, 'channels=journal:a')).rejects.toThrow();
  const before = performance.now();
  publish.finish();
  const answer = await publish.answer();
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(await server.exited()).toEqual({ code: 0, signal: null });
  expect(performance.now() - before, 'no longer than it takes').toBeLessThan(DRAIN_TIMEOUT);

  await server.start();
  const api = new Api({ url: server.url, bearer: server.apiKey });
  expect(await readHistory(api, 'journal:a')).toMatchObject([{ event: 'late' }]);
});

it('flushes what clients have not been sent yet', async () => {
  const server = await start();
  const client = await NativeClient.welcomed(server.url);
  await client.subscribe('journal:a');
  const api = new Api({ url: server.url, bearer: server.apiKey });
  const publishes = Array.from({ length: 50 }, (_, n) => api.publish('journal:a', 'n', n));
  await publishes[0];
  server.signal('SIGTERM');
  const answers = await Promise.allSettled(publishes);
  await client.closed;
  const acknowledged = answers.flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value.offset] : [],
  );
  const heard = client.messages.all.filter(({ type }) => type === 'event').map(({ offset }) => offset);
  expect(heard).toEqual(heard.map((_, index) => index + 1));
  expect(heard.length).toBeGreaterThan(0);
  expect(await server.exited()).toEqual({ code: 0, signal: null });
  await server.start();
  const kept = await readHistory(api, 'journal:a');
  expect(kept.length).toBeGreaterThanOrEqual(Math.max(...acknowledged));
});

it('ends in time although a client never finishes its request, and although one does not read', async () => {
  const server = await spawnServer({
    config: { namespaces: NAMESPACES, drain: { timeout: 1000, spread: 0 } },
  });
  halfSentPublish(server, 'journal:a');
  const deaf = await openStream(server.url, 'channels=journal:a');
  await deaf.next('welcome');
  deaf.response.pause();
  const before = performance.now();
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(8000);
});
