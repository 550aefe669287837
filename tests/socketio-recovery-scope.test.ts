import { disconnect } from '@tidings/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { CutProxy } from './support/cut-proxy.ts';
import { RecoveringListener, TICK } from './support/recovering-listener.ts';
import { once, startSocketIOServer } from './support/start-socketio.ts';

describe('what is recovered', () => {
  it('are the channels that are followed then, each from where it was followed', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    await listener.subscribe('durable:1', 'durable:2');
    await listener.reach({ channel: 'durable:1', ...(await server.publish('durable:1', TICK)) });
    await listener.socket.emitWithAck('unsubscribe', 'durable:2');
    // Older than the subscription, and newer than the client's cursor.
    await server.publish('durable:2', TICK);
    await server.publish('durable:3', TICK);
    await listener.subscribe('durable:3');
    listener.socket.io.engine.close();
    await server.publish('durable:2', TICK);
    const last = await server.publish('durable:3', TICK);
    await listener.reach({ channel: 'durable:3', ...last });
    expect(listener.recovered).toEqual([false, true]);
    expect(listener.faults).toEqual([]);
    const [session] = server.core.hub.sessions.values();
    expect([...(session?.subscriptions.keys() ?? [])]).toEqual(['durable:1', 'durable:3']);
    // Left and followed again: the events between are none of the session's.
    await listener.socket.emitWithAck('unsubscribe', { channel: 'durable:3' });
    await server.publish('durable:3', TICK);
    await listener.subscribe('durable:3');
    await listener.cut();
    await listener.reach({ channel: 'durable:3', ...(await server.publish('durable:3', TICK)) });
    expect(listener.recovered).toEqual([false, true, true]);
    expect(listener.faults).toEqual([]);
  });

  it('are no events that an acknowledgement had already', async () => {
    const server = await startSocketIOServer();
    await server.publish('durable:1', TICK);
    await server.publish('durable:1', TICK);
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    const { channels } = await listener.socket.emitWithAck('subscribe', {
      channels: [{ channel: 'durable:1', last: 2 }],
    });
    expect(channels[0].events).toHaveLength(2);
    listener.places.set('durable:1', { epoch: channels[0].position.split(':')[0], offset: 2 });
    await listener.cut();
    await listener.reach({ channel: 'durable:1', ...(await server.publish('durable:1', TICK)) });
    expect(listener.recovered).toEqual([false, true]);
    expect(listener.faults).toEqual([]);
  });

  it('begins where the client was, so that a cut right then loses nothing either', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url);
    const cursors: unknown[] = [];
    listener.socket.on('connected', (_, cursor) => cursors.push(cursor));
    listener.socket.on(TICK, (_, __, cursor) => cursors.push(cursor));
    await listener.connections(1);
    await listener.subscribe('durable:1');
    await listener.reach({ channel: 'durable:1', ...(await server.publish('durable:1', TICK)) });
    listener.socket.io.engine.close();
    await listener.reach({ channel: 'durable:1', ...(await server.publish('durable:1', TICK)) });
    const [, heard, greeting, missed] = cursors;
    expect(greeting).toBe(heard);
    expect(missed).not.toBe(heard);
    expect(listener.recovered).toEqual([false, true]);
  });

  it('is all or nothing: a channel whose past is too long ago makes it a new session', async () => {
    const server = await startSocketIOServer({
      namespaces: {
        short: { history: { size: 2 }, rights: { subscribe: 'anyone' } },
        long: { history: { size: 100 }, rights: { subscribe: 'anyone' } },
      },
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    const { id } = listener.socket;
    await listener.subscribe('short:1', 'long:1');
    listener.socket.io.engine.close();
    for (let n = 0; n < 3; n += 1) await server.publish('short:1', TICK);
    await server.publish('long:1', TICK);
    await listener.connections(2);
    expect(listener.recovered).toEqual([false, false]);
    expect(listener.socket.id).not.toBe(id);
    expect(listener.heard).toEqual([]);
    const [session] = server.core.hub.sessions.values();
    expect(session).toMatchObject({ id: listener.socket.id, subscriptions: new Map() });
    expect(server.core.hub.sessions.size).toBe(1);
  });

  it('is not too long ago', async () => {
    const clock = new ManualClock();
    const server = await startSocketIOServer({ clock, recoveryWindow: 1000 });
    const proxy = await CutProxy.start(server.url);
    // A connection that is being upgraded may not notice a cut.
    const listener = new RecoveringListener(proxy.url, { transports: ['websocket'] });
    await listener.connections(1);
    for (const [away, recovered] of [
      [1000, true],
      [1001, false],
    ] as const) {
      proxy.refuse();
      proxy.cut();
      await expect.poll(() => server.core.hub.sessions.size).toBe(0);
      clock.advance(away);
      proxy.accept();
      await expect.poll(() => server.core.hub.sessions.size).toBe(1);
      await listener.connections(listener.recovered.length);
      await expect.poll(() => listener.recovered.at(-1)).toBe(recovered);
    }
    expect(listener.recovered).toEqual([false, true, false]);
  });

  it('are the rooms and the data of a kit’s handlers', async () => {
    const greeted: unknown[] = [];
    const server = await startSocketIOServer({
      socketio(io) {
        io.use((socket, next) => {
          greeted.push(socket.recovered);
          next();
        });
        io.on('connection', (socket) => {
          if (!socket.recovered) {
            socket.join('legacy');
            socket.data.name = 'ada';
          }
          io.to('legacy').emit('name', socket.data.name);
        });
      },
    });
    const listener = new RecoveringListener(server.url);
    const names: unknown[][] = [];
    listener.socket.on('name', (...parameters) => names.push(parameters));
    await listener.connections(1);
    await expect.poll(() => names.length).toBe(1);
    await listener.cut();
    await expect.poll(() => names.length).toBe(2);
    // The name is not taken for a cursor.
    expect(names).toEqual([
      ['ada', null],
      ['ada', null],
    ]);
    expect(greeted).toEqual([false, true]);
    expect(listener.recovered).toEqual([false, true]);
  });

  it('are the rooms and the data also of who was refused once on the way back', async () => {
    const server = await startSocketIOServer({
      socketio(io) {
        io.on('connection', (socket) => {
          if (!socket.recovered) socket.data.name = 'ada';
          socket.emit('name', socket.data.name ?? 'nobody');
        });
      },
    });
    let auth = {};
    const listener = new RecoveringListener(server.url, { auth: (answer) => answer(auth) });
    const names: unknown[] = [];
    listener.socket.on('name', (name) => names.push(name));
    await listener.connections(1);
    auth = { token: 'out of date' };
    const refused = once(listener.socket, 'connect_error');
    listener.socket.io.engine.close();
    await refused;
    auth = {};
    listener.socket.connect();
    await expect.poll(() => names).toEqual(['ada', 'ada']);
    expect(listener.recovered).toEqual([false, true]);
  });

  it('is a session that the server ended in order to have it back', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url);
    const notices: unknown[] = [];
    const reasons: string[] = [];
    listener.socket.on('tidings:disconnect', (notice) => notices.push(notice));
    listener.socket.on('disconnect', (reason) => reasons.push(reason));
    await listener.connections(1);
    await listener.subscribe('durable:1');
    const [session] = server.core.hub.sessions.values();
    server.core.hub.disconnect(session!, disconnect('draining', 5));
    await listener.connections(2);
    expect(notices).toEqual([{ code: 4000, reason: 'draining', reconnect: true, retryAfter: 5 }]);
    expect(reasons).toEqual(['transport close']);
    expect(listener.recovered).toEqual([false, true]);
  });
});
