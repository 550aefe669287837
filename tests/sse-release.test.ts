/**
 * A stream whose request was let go of, and one for which Node's HTTP server keeps it: both do the same.
 *
 * @module
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { disconnect } from '@tidings/protocol';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { Api } from './support/api.ts';
import { apiOf } from './support/bare-api.ts';
import { type BareOptions, type BareServer, startBareServer } from './support/bare-server.ts';
import { openStream } from './support/event-stream.ts';
import { startServer } from './support/start-server.ts';
import { onTeardown } from './support/teardown.ts';

const STREAM = 'GET /events?channels=public:demo HTTP/1.1\r\nHost: x\r\n\r\n';

/** One connection, byte by byte. */
class Raw {
  readonly socket: Socket;
  text = '';
  readonly closed: Promise<unknown>;

  constructor({ port }: BareServer) {
    this.socket = connect(port, '127.0.0.1');
    this.closed = once(this.socket, 'close');
    this.socket.on('error', () => {});
    this.socket.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    onTeardown(() => this.socket.destroy());
  }

  static asking(server: BareServer, text: string): Raw {
    const raw = new Raw(server);
    raw.socket.write(text);
    return raw;
  }

  async heard(part: string): Promise<void> {
    while (!this.text.includes(part)) await once(this.socket, 'data');
  }
}

/** The connections of a server and its requests, as they come. */
function watch({ app, core }: BareServer) {
  const requests: IncomingMessage[] = [];
  const closed = Promise.withResolvers<string | undefined>();
  app.server.on('request', (request: IncomingMessage) => requests.push(request));
  core.hub.observe({ closed: (session) => closed.resolve(session.closed?.reason) });
  return { requests, closed: closed.promise };
}

/** Node's own: `null` once it has the parser of a connection back. */
const parserOf = (socket: Socket | undefined) => (socket as { parser?: unknown } | undefined)?.parser;

const only = ({ core }: BareServer) => [...core.hub.sessions.values()][0]!;

describe.each([
  ['let go of', {}],
  ['kept', { release: () => false }],
] as const)('a stream whose request is %s', (which, mode) => {
  const start = (options: BareOptions = {}) => startBareServer({ ...mode, ...options });

  test('is heard, and its end is told', async () => {
    const server = await start();
    const { requests, closed } = watch(server);
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    const [request] = requests;
    await apiOf(server).publish('public:demo', 'n', 1);
    expect((await stream.next()).data).toMatchObject({ payload: 1 });
    expect(parserOf(request?.socket) === null).toBe(which === 'let go of');
    server.core.hub.disconnect(only(server), disconnect('draining', 5));
    await stream.next('disconnect');
    await stream.ended;
    expect(stream.response.complete).toBe(true);
    expect(await closed).toBe('draining');
  });

  test.each([
    ['cut', (socket: Socket) => socket.resetAndDestroy()],
    ['closed', (socket: Socket) => socket.destroy()],
    ['half-closed', (socket: Socket) => socket.end()],
  ])('is noticed to be %s by its client', async (_, leave) => {
    const server = await start();
    const { closed } = watch(server);
    const raw = Raw.asking(server, STREAM);
    await raw.heard('event: welcome');
    leave(raw.socket);
    expect(await closed).toBe('disconnected');
    await raw.closed;
    expect(server.core.hub.sessions.size).toBe(0);
  });

  test('goes on once a client that did not read reads again', async () => {
    const server = await start({ limits: { queue: 50_000_000 } });
    const raw = Raw.asking(server, STREAM);
    await raw.heard('event: welcome');
    raw.socket.pause();
    let published = 0;
    while ((only(server).queue?.bytes ?? 0) < 500_000) {
      await apiOf(server).publish('public:demo', 'n', 'x'.repeat(50_000));
      published += 1;
    }
    raw.socket.resume();
    await raw.heard(`"offset":${published},`);
    const offsets = [...raw.text.matchAll(/"offset":(\d+),/g)].map(([, offset]) => Number(offset));
    expect(offsets).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  });

  test('is cut when its client does not read the end', async () => {
    const clock = new ManualClock();
    const server = await start({ clock, limits: { queue: 50_000_000 } });
    const { requests } = watch(server);
    const raw = Raw.asking(server, STREAM);
    await raw.heard('event: welcome');
    raw.socket.pause();
    const [request] = requests;
    const { socket } = request!;
    while (only(server).connection.buffered === 0)
      await apiOf(server).publish('public:demo', 'n', 'x'.repeat(50_000));
    server.core.hub.disconnect(only(server), disconnect('draining', 5));
    clock.advance(2999);
    expect(socket.destroyed).toBe(false);
    clock.advance(1);
    expect(socket.destroyed).toBe(true);
  });

  test('is one request to hooks and logs, without a fault', async () => {
    const lines: { msg: string; req?: { path: string }; level: number }[] = [];
    const server = await start({ log: (line) => lines.push(JSON.parse(line)) });
    const { requests, closed } = watch(server);
    const stream = await openStream(server.url, 'channels=public:demo');
    await stream.next('welcome');
    const { socket } = requests[0]!;
    server.core.hub.disconnect(only(server), disconnect('draining', 5));
    await closed;
    if (!socket.destroyed) await once(socket, 'close');
    expect(lines.filter(({ req }) => req?.path === '/events')).toMatchObject([{ msg: 'request' }]);
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  });

  test('may be of HTTP/1.0, or the second request of its connection', async () => {
    const server = await start();
    const old = Raw.asking(server, STREAM.replace('1.1', '1.0'));
    await old.heard('event: welcome');
    const second = Raw.asking(server, 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
    await second.heard('"not_found"');
    second.socket.write(STREAM);
    await second.heard('event: welcome');
    await apiOf(server).publish('public:demo', 'n', 1);
    for (const raw of [old, second]) await raw.heard('"offset":1,');
  });

  test('may stand behind another request, and others behind it are not answered', async () => {
    const server = await start();
    const { closed } = watch(server);
    const raw = Raw.asking(server, `GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n${STREAM}${STREAM}${STREAM}`);
    await raw.heard('event: welcome');
    await apiOf(server).publish('public:demo', 'n', 1);
    await raw.heard('"offset":1,');
    expect(raw.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200']);
    expect(raw.text.match(/^event: welcome$/gm)).toHaveLength(1);
    raw.socket.end();
    await Promise.all([closed, raw.closed]);
    await expect.poll(() => server.core.hub.sessions.size).toBe(0);
  });

  test('that is refused leaves nothing on its connection', async () => {
    const server = await start();
    const { requests } = watch(server);
    const raw = new Raw(server);
    for (let n = 1; n <= 12; n += 1) {
      raw.socket.write(STREAM.replace('public:demo', 'nowhere:demo'));
      while ((raw.text.match(/"unknown_namespace"/g)?.length ?? 0) < n) await once(raw.socket, 'data');
    }
    const { socket } = requests[0]!;
    expect(new Set(requests.map((request) => request.socket)).size).toBe(1);
    expect(socket.listenerCount('drain')).toBe(1);
    raw.socket.write(STREAM);
    await raw.heard('event: welcome');
  });
});

test('the request, its answer and the parser are not kept with a stream', async () => {
  const server = await startBareServer();
  const parts: WeakRef<object>[] = [];
  server.app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    parts.push(new WeakRef(request), new WeakRef(response));
  });
  const stream = await openStream(server.url, 'channels=public:demo');
  await stream.next('welcome');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await expect
    .poll(() => {
      collect();
      return parts.map((part) => part.deref()?.constructor.name);
    })
    .toEqual([undefined, undefined]);
  await apiOf(server).publish('public:demo', 'n', 1);
  expect((await stream.next()).data).toMatchObject({ payload: 1 });
});

test('what a client sends after its request is read by nobody, and kept nowhere', async () => {
  const server = await startBareServer();
  const { requests } = watch(server);
  const raw = Raw.asking(server, STREAM);
  await raw.heard('event: welcome');
  await expect.poll(() => parserOf(requests[0]!.socket)).toBeNull();
  const { socket } = requests[0]!;
  const more = Buffer.from(STREAM.repeat(20_000));
  const before = socket.bytesRead;
  await new Promise((resolve) => raw.socket.write(more, resolve));
  await expect.poll(() => socket.bytesRead - before).toBe(more.length);
  expect(socket.readableLength).toBe(0);
  expect(requests).toHaveLength(1);
  await apiOf(server).publish('public:demo', 'n', 1);
  await raw.heard('"offset":1,');
  raw.socket.end();
  await raw.closed;
  expect(server.core.hub.sessions.size).toBe(0);
});

test('where Node serves a connection in another way, its request is kept', async () => {
  const server = await startBareServer();
  const { requests } = watch(server);
  server.app.server.on('connection', (socket: Socket) => {
    const [drained] = socket.listeners('drain') as [() => void];
    socket.off('drain', drained).on('drain', () => drained.call(socket));
  });
  const stream = await openStream(server.url, 'channels=public:demo');
  await stream.next('welcome');
  await apiOf(server).publish('public:demo', 'n', 1);
  expect((await stream.next()).data).toMatchObject({ payload: 1 });
  const { socket } = requests.find(({ url }) => url?.startsWith('/events'))!;
  expect(parserOf(socket)).not.toBeNull();
});

test('a server that goes down does not wait longer than it may for a stream that is not read', async () => {
  const timeout = 300;
  const server = await startServer({
    drain: { timeout, spread: 0 },
    limits: { queue: 10_000_000 },
    namespaces: { open: { rights: { subscribe: 'anyone' } } },
  });
  const stream = await openStream(server.url, 'channels=open:a');
  await stream.next('welcome');
  stream.response.pause();
  const api = new Api({ url: server.url, bearer: server.apiKey });
  const queued = async () => {
    const { connections } = (await api.get('/connections')).body as { connections: { queued: number }[] };
    return connections[0]?.queued;
  };
  while ((await queued()) === 0) await api.publish('open:a', 'n', 'x'.repeat(50_000));
  const before = performance.now();
  await server.stop();
  expect(performance.now() - before).toBeLessThan(timeout + 2000);
});
