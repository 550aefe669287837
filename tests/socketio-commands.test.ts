import { describe, expect, it } from 'vitest';
import { rawClient } from './support/raw-socketio.ts';
import { once, startSocketIOServer, stockClient } from './support/start-socketio.ts';

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
