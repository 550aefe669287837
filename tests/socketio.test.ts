import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { NamespaceOptions } from '../packages/server/src/core/namespace.ts';
import { CutProxy } from './support/cut-proxy.ts';
import { Inbox } from './support/inbox.ts';
import { tokenFor } from './support/socketio-server.ts';
import { once, type SubscribeAnswer, startSocketIOServer, stockClient } from './support/start-socketio.ts';
import { onTeardown } from './support/teardown.ts';

describe.each(['websocket', 'polling'])('over %s', (transport) => {
  it('a stock client subscribes, hears and publishes', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url, { transports: [transport] });
    const [greeting, cursor] = await once(socket, 'connected');
    expect(greeting).toEqual({
      status: 'ok',
      timestamp: expect.any(Number),
      session: socket.id,
      user: null,
    });
    expect(cursor).toMatch(/^[0-9a-f]+\.[0-9a-z]+$/);
    const answer: SubscribeAnswer = await socket.emitWithAck('subscribe', { channel: 'memory:1' });
    expect(answer).toMatchObject({
      ok: true,
      channel: 'memory:1',
      recovered: false,
      events: [],
      channels: [{ channel: 'memory:1' }],
    });
    const heard = once(socket, 'price_update');
    const published = await socket.emitWithAck('publish', {
      channel: 'memory:1',
      event: 'price_update',
      data: { new_price: '90 TL' },
    });
    expect(published).toMatchObject({ ok: true, data: { channel: 'memory:1', offset: 1 } });
    const { epoch, id } = published.data;
    expect(await heard).toEqual([
      { new_price: '90 TL' },
      { channel: 'memory:1', offset: 1, epoch, id, at: expect.any(Number) },
      expect.stringMatching(/^[0-9a-f]+\.[0-9a-z]+$/),
    ]);
  });
});

/** A client of Engine.IO and Socket.IO by hand, over WebSocket. */
async function rawClient(url: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers });
  onTeardown(() => ws.terminate());
  const inbox = new Inbox<string>('raw Socket.IO');
  ws.on('message', (data) => inbox.push(data.toString()));
  ws.on('error', () => {});
  const closed = new Promise<void>((resolve) => ws.on('close', () => resolve()));
  await inbox.take((text) => text.startsWith('0'));
  return { ws, inbox, closed };
}

describe('commands', () => {
  it('one channel, several, or a name', async () => {
    const server = await startSocketIOServer();
    const { epoch } = await server.publish('memory:1', 'first', 1);
    const socket = stockClient(server.url);
    const one = await socket.emitWithAck('subscribe', { channel: 'memory:1', since: `${epoch}:0` });
    expect(one).toMatchObject({
      ok: true,
      channel: 'memory:1',
      position: `${epoch}:1`,
      recovered: true,
      events: [{ type: 'event', channel: 'memory:1', event: 'first', data: 1, offset: 1 }],
    });
    expect(one.channels).toEqual([
      { channel: one.channel, position: one.position, recovered: true, events: one.events },
    ]);
    expect(await socket.emitWithAck('subscribe', 'memory:2')).toEqual({
      ok: true,
      channels: [{ channel: 'memory:2', position: expect.any(String), recovered: false, events: [] }],
    });
    const several = await socket.emitWithAck('subscribe', {
      channels: ['memory:1', { channel: 'memory:3' }, 'users:1'],
    });
    expect(several).toMatchObject({
      ok: true,
      channels: [{ channel: 'memory:1' }, { channel: 'memory:3' }, { error: { code: 'unauthenticated' } }],
    });
    expect(several).not.toHaveProperty('channel');
    for (const [data, left] of [
      ['memory:1', ['memory:1']],
      [{ channel: 'memory:2' }, ['memory:2']],
      [{ channels: ['memory:3', 'memory:4'] }, ['memory:3']],
    ])
      expect(await socket.emitWithAck('unsubscribe', data)).toEqual({ ok: true, data: { channels: left } });
    expect(await socket.emitWithAck('ping')).toEqual({ ok: true, data: {} });
  });

  it('a repeat under a key has one effect', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url);
    const event = { channel: 'durable:1', event: 'x', data: 1 };
    const first = await socket.emitWithAck('publish', { ...event, key: 'k' });
    expect(await socket.emitWithAck('publish', event, { key: 'k' })).toEqual(first);
    expect(await socket.emitWithAck('publish', event, { key: 1 })).toMatchObject({
      ok: false,
      error: { code: 'invalid_request' },
    });
  });

  it('without an acknowledgement only what fails is told, and what was missed comes as events', async () => {
    const server = await startSocketIOServer();
    const { epoch } = await server.publish('memory:1', 'old', 1);
    await server.publish('memory:2', 'old', 2);
    await server.publish('memory:1', 'old', 3);
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    const failed = once(socket, 'error');
    socket.emit('subscribe', { channel: 'nowhere:1' });
    expect(await failed).toEqual([
      { code: 'unknown_namespace', message: expect.any(String), command: 'subscribe' },
    ]);
    const heard: unknown[][] = [];
    socket.on('old', (...parameters) => heard.push(parameters));
    socket.on('new', (...parameters) => heard.push(parameters));
    const last = once(socket, 'new');
    socket.emit('subscribe', {
      channels: [
        { channel: 'memory:1', since: `${epoch}:0` },
        { channel: 'memory:2', last: 5 },
      ],
    });
    await socket.emitWithAck('ping');
    await server.publish('memory:1', 'new', 4);
    await last;
    expect(heard.map(([data]) => data)).toEqual([1, 2, 3, 4]);
    // What is older than the subscription is no place to resume from.
    expect(heard.map(([, , cursor]) => typeof cursor)).toEqual(['object', 'object', 'object', 'string']);
  });

  it('an answer is never overtaken by an event that it knows nothing of, nor the other way round', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url, { transports: ['websocket'] });
    await once(socket, 'connected');
    const order: string[] = [];
    socket.on('x', (_, meta: { offset: number }) => order.push(`event ${meta.offset}`));
    for (let n = 1; n <= 20; n += 1) {
      const command = n === 10 ? 'subscribe' : 'publish';
      const data = n === 10 ? { channel: 'memory:1' } : { channel: 'memory:1', event: 'x' };
      socket.emit(command, data, (answer: { position?: string }) => {
        if (answer.position) order.push(`subscribed at ${answer.position.split(':')[1]}`);
      });
    }
    await expect.poll(() => order.length).toBe(11);
    expect(order).toEqual(['subscribed at 9', ...Array.from({ length: 10 }, (_, n) => `event ${n + 10}`)]);
  });

  it('what is no plain message gets a code, and the connection stays', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url);
    expect(
      await socket.emitWithAck('publish', { channel: 'memory:1', event: 'x', data: Buffer.from('x') }),
    ).toMatchObject({
      ok: false,
      error: { code: 'malformed_message' },
    });
    const { ws, inbox } = await rawClient(server.url);
    ws.send('40');
    await inbox.take((text) => text.startsWith('42["connected"'));
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
    for (const [packet, code] of [
      [`["publish",${deep}]`, 'message_too_deep'],
      ['["publish",{"__proto__":{}}]', 'forbidden_key'],
      ['["publish",{"constructor":{"prototype":{}}}]', 'forbidden_key'],
      ['["publish",{]', 'malformed_message'],
      ['{"publish":1}', 'malformed_message'],
      ['["disconnect"]', 'malformed_message'],
      ['[7]', 'malformed_message'],
      ['["no_such_command"]', 'unknown_command'],
      ['["__proto__"]', 'unknown_command'],
      ['["publish",{"channel":7}]', 'invalid_request'],
      ['["publish"]', 'invalid_request'],
    ]) {
      ws.send(`421${packet}`);
      const answer = await inbox.take((text) => text.startsWith('431'));
      expect(JSON.parse(answer.slice(3))[0]).toMatchObject({ ok: false, error: { code } });
      ws.send(`42${packet}`);
      const error = await inbox.take((text) => text.startsWith('42["error"'));
      expect(JSON.parse(error.slice(2))[1]).toMatchObject({ code });
    }
    // Binary acknowledgements, too, are nothing that is taken.
    ws.send('461-0[{"_placeholder":true,"num":0}]');
    ws.send(Buffer.from('x'));
    ws.send('422["ping"]');
    expect(await inbox.take((text) => text.startsWith('432'))).toBe('432[{"ok":true,"data":{}}]');
    expect(server.errors).toEqual([]);
  });

  it('what is no packet ends the connection', async () => {
    const server = await startSocketIOServer();
    for (const packet of ['4x', '4', '40{', '40["x"]', '47', '41"x"', Buffer.from('x'), '40', '4']) {
      const { ws, inbox, closed } = await rawClient(server.url);
      ws.send('40');
      await inbox.take((text) => text.startsWith('42["connected"'));
      ws.send(packet);
      await closed;
    }
    expect(server.core.hub.sessions.size).toBe(0);
  });

  it('too many of them are refused, then ended', async () => {
    const server = await startSocketIOServer({
      limits: { commands: { perSecond: 1, burst: 2 } },
    });
    const socket = stockClient(server.url, { reconnection: false });
    await once(socket, 'connected');
    const left = once(socket, 'tidings:disconnect');
    const answers = Promise.all([1, 2, 3].map(() => socket.emitWithAck('ping')));
    expect(await answers).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: false, error: { code: 'rate_limited', retryAfter: expect.any(Number) } },
    ]);
    for (let n = 0; n < 100; n += 1) socket.emit('ping');
    expect(await left).toMatchObject([{ reason: 'rate_limited', reconnect: true }]);
  });

  it('are left to a kit’s handlers where they are none', async () => {
    const seen: unknown[] = [];
    const server = await startSocketIOServer({
      socketio(io) {
        io.on('connection', (socket) => {
          socket.emit('hello', 'kit');
          socket.on('join_thread', (data, answer) => {
            socket.join(`thread_${data.id}`);
            answer('joined');
            io.to(`thread_${data.id}`).emit('user_joined', { id: data.id });
          });
          socket.on('ping', (...parameters) => seen.push(parameters.length));
        });
        io.of('/admin').on('connection', (socket) => socket.emit('hello', 'admin'));
      },
    });
    const socket = stockClient(server.url);
    const names: string[] = [];
    socket.onAny((name) => names.push(name));
    await once(socket, 'hello');
    expect(names).toEqual(['connected', 'hello']);
    const joined = once(socket, 'user_joined');
    expect(await socket.emitWithAck('join_thread', { id: 7 })).toBe('joined');
    expect(await joined).toEqual([{ id: 7 }]);
    expect(await socket.emitWithAck('nobody_knows', {})).toMatchObject({
      error: { code: 'unknown_command' },
    });
    // A command is answered by the server; a handler hears of it too.
    expect(await socket.emitWithAck('ping')).toEqual({ ok: true, data: {} });
    expect(seen).toEqual([1]);
    const admin = stockClient(`${server.url}/admin`);
    expect((await once(admin, 'hello'))[0]).toBe('admin');
    expect(server.core.hub.sessions.size).toBe(1);
  });

  it('direct events and notices arrive under their names', async () => {
    const server = await startSocketIOServer();
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    const [session] = server.core.hub.sessions.values();
    const heard = Promise.all(['direct', 'text', 'unsubscribed'].map((name) => once(socket, name)));
    for (const notice of [
      { type: 'direct', event: 'direct', data: { a: 1 } },
      { type: 'direct', event: 'text', data: 'no cursor' },
      { type: 'unsubscribed', channel: 'memory:1', error: { code: 'forbidden', message: 'no' } },
    ] as const)
      server.core.host.send(session!, session!.wire.dialect.encodeNotice(notice)!);
    expect(await heard).toEqual([
      [{ a: 1 }],
      ['no cursor', null],
      [{ channel: 'memory:1', error: { code: 'forbidden', message: 'no' } }],
    ]);
  });
});

describe('who may come in', () => {
  it('by auth, header or query, and says who it is', async () => {
    const server = await startSocketIOServer({ anonymous: false });
    const token = tokenFor('alice');
    for (const options of [
      { auth: { token } },
      { extraHeaders: { authorization: `Bearer ${token}` } },
      { query: { token } },
    ]) {
      const socket = stockClient(server.url, options);
      expect((await once(socket, 'connected'))[0]).toMatchObject({ user: 'alice' });
      expect(await socket.emitWithAck('subscribe', 'users:1')).toMatchObject({ ok: true });
    }
  });

  it('a bad token is told by connect_error, and takes no place', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    for (let n = 0; n < 3; n += 1) {
      const socket = stockClient(server.url, { auth: { token: 'nonsense' } });
      const [error] = await once(socket, 'connect_error');
      expect((error as { data?: unknown }).data).toMatchObject({ code: 'invalid_token' });
      socket.disconnect();
      await expect.poll(() => server.io.engine.clientsCount).toBe(0);
    }
    const socket = stockClient(server.url);
    await once(socket, 'connected');
  });

  it('without a token only to authenticate, where it must', async () => {
    const server = await startSocketIOServer({ anonymous: false });
    const socket = stockClient(server.url);
    await once(socket, 'connected');
    expect(await socket.emitWithAck('subscribe', 'users:1')).toMatchObject({
      error: { code: 'unauthenticated' },
    });
    expect(await socket.emitWithAck('authenticate', { token: tokenFor('alice') })).toEqual({
      ok: true,
      data: { user: 'alice' },
    });
    expect(await socket.emitWithAck('subscribe', 'users:1')).toMatchObject({ ok: true });
  });

  it('no more than there is room for, also of those who never say who they are', async () => {
    const server = await startSocketIOServer({ limits: { connections: 2 } });
    const silent = await rawClient(server.url);
    const socket = stockClient(server.url, { transports: ['websocket'] });
    await once(socket, 'connected');
    const third = stockClient(server.url);
    await once(third.io as never, 'reconnect_attempt');
    expect(third.connected).toBe(false);
    silent.ws.terminate();
    await once(third, 'connected');
    socket.disconnect();
    third.disconnect();
    await expect.poll(() => server.io.engine.clientsCount).toBe(0);
    // Every place was given back, once.
    for (let n = 0; n < 2; n += 1) await once(stockClient(server.url), 'connected');
  });

  it('not a page of a foreign origin, and others are told that they may', async () => {
    const server = await startSocketIOServer({ origins: ['https://app.example'] });
    const knock = (origin: string) =>
      fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
    const foreign = await knock('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ message: 'origin_refused' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    for (const origin of ['https://app.example', server.url]) {
      const known = await knock(origin);
      expect(known.status).toBe(200);
      expect(known.headers.get('access-control-allow-origin')).toBe(origin);
      expect(known.headers.getSetCookie()).toEqual([]);
    }
    const native = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect(native.headers.get('access-control-allow-origin')).toBeNull();
    const refused = stockClient(server.url, {
      transports: ['websocket'],
      extraHeaders: { origin: 'https://evil.example' },
      reconnection: false,
    });
    await once(refused, 'connect_error');
  });

  it('joining twice over one connection ends it', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    for (let n = 0; n < 3; n += 1) {
      const { ws, closed } = await rawClient(server.url);
      ws.send('40');
      ws.send('40');
      await closed;
    }
    await expect.poll(() => server.core.hub.sessions.size).toBe(0);
    const socket = stockClient(server.url);
    await once(socket, 'connected');
  });

  it('again over the same connection, once it has left', async () => {
    const server = await startSocketIOServer({ limits: { connections: 1 } });
    const { ws, inbox } = await rawClient(server.url);
    for (let n = 0; n < 3; n += 1) {
      ws.send('40');
      await inbox.take((text) => text.startsWith('42["connected"'));
      ws.send('41');
      await expect.poll(() => server.core.hub.sessions.size).toBe(0);
    }
  });

  it('serves the client for browsers', async () => {
    const server = await startSocketIOServer();
    const response = await fetch(`${server.url}/socket.io/socket.io.min.js`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Socket.IO');
  });
});

describe.each(['websocket', 'polling'])('a reader over %s that is too slow', (transport) => {
  const rights = { subscribe: 'anyone' } as const;
  const big = 'x'.repeat(8000);

  async function slowReader(namespace: NamespaceOptions) {
    const server = await startSocketIOServer({
      namespaces: { slow: namespace },
      limits: { queue: 200_000 },
    });
    const proxy = await CutProxy.start(server.url);
    const socket = stockClient(proxy.url, { transports: [transport] });
    await once(socket, 'connected');
    await socket.emitWithAck('subscribe', 'slow:1');
    proxy.pause('down');
    const [session] = server.core.hub.sessions.values();
    return { server, proxy, socket, session: session! };
  }

  it('is told to come back, and misses nothing', async () => {
    const { server, proxy, socket, session } = await slowReader({ history: { size: 10_000 }, rights });
    const heard: number[] = [];
    socket.on('big', (data: { n: number }) => heard.push(data.n));
    let n = 0;
    for (; !session.closed; n += 1) {
      await server.publish('slow:1', 'big', { n, big });
      await new Promise(setImmediate);
      expect(session.connection.buffered).toBeLessThan(200_000);
    }
    expect(session.closed).toMatchObject({ reason: 'slow_consumer', reconnect: true });
    proxy.resume();
    await expect.poll(() => heard.length, { timeout: 8000 }).toBe(n);
    expect(heard).toEqual(Array.from({ length: n }, (_, index) => index));
    expect(socket.recovered).toBe(true);
  });

  it('is spared the oldest events where the namespace says so', async () => {
    const { server, proxy, socket, session } = await slowReader({ overflow: 'drop-oldest', rights });
    const heard: number[] = [];
    socket.on('big', (data: { n: number }) => heard.push(data.n));
    const total = 2000;
    for (let n = 0; n < total; n += 1) {
      await server.publish('slow:1', 'big', { n, big });
      await new Promise(setImmediate);
    }
    expect(session.closed).toBeUndefined();
    // The queue, and what the transport took before it said so: a poll on its way, and the one after it.
    expect(session.queue?.bytes).toBeLessThanOrEqual(200_000);
    expect(session.connection.buffered).toBeLessThan(2 * 65_536);
    proxy.resume();
    await expect.poll(() => heard.at(-1), { timeout: 8000 }).toBe(total - 1);
    expect(heard.length).toBeLessThan(total);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });
});

it('python-socketio hears what is published', async () => {
  const server = await startSocketIOServer();
  const program = `
import socketio, sys
def say(*words): sys.stdout.write(' '.join(map(str, words)) + '\\n'); sys.stdout.flush()
client = socketio.Client()
@client.on('price_update')
def heard(data, meta, cursor):
    say('heard', data['n'], meta['offset'], isinstance(cursor, str))
    if data['n'] == 3: client.disconnect()
client.connect('${server.url}', auth={'token': '${tokenFor('alice')}'}, transports=[sys.argv[1]])
answer = client.call('subscribe', {'channel': 'durable:1', 'since': sys.argv[2]})
say(answer['ok'], answer['recovered'], [event['data']['n'] for event in answer['events']])
say(client.call('publish', {'channel': 'durable:1', 'event': 'price_update', 'data': {'n': 2}})['ok'])
client.wait()
`;
  const { epoch } = await server.publish('durable:1', 'price_update', { n: 1 });
  for (const [index, transport] of ['websocket', 'polling'].entries()) {
    const since = `${epoch}:${index * 3}`;
    if (index > 0) await server.publish('durable:1', 'price_update', { n: 1 });
    const child = spawn('/usr/bin/python3', ['-c', program, transport, since]);
    onTeardown(() => void child.kill('SIGKILL'));
    const lines = new Inbox<string>('python-socketio');
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    createInterface(child.stderr).on('line', (line) => lines.push(`stderr: ${line}`));
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await lines.take((line) => line === `heard 2 ${index * 3 + 2} True`);
    await server.publish('durable:1', 'price_update', { n: 3 });
    expect(await ended).toBe(0);
    expect(lines.all.toSorted()).toEqual([
      'True',
      'True True [1]',
      `heard 2 ${index * 3 + 2} True`,
      `heard 3 ${index * 3 + 3} True`,
    ]);
  }
});
