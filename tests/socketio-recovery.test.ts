import { setImmediate as tick } from 'node:timers/promises';
import { disconnect } from '@tidings/protocol';
import type { Socket } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import type { RecoveryStore } from '../packages/server/src/core/ports/recovery-store.ts';
import { ManualClock } from '../packages/server/src/core/testing/manual-clock.ts';
import { CutProxy } from './support/cut-proxy.ts';
import { RecoveringListener, TICK } from './support/recovering-listener.ts';
import { SocketIOProcess } from './support/socketio-process.ts';
import { type SocketIOTestServer, tokenFor } from './support/socketio-server.ts';
import { once, startSocketIOServer, stockClient } from './support/start-socketio.ts';
import { onTeardown } from './support/teardown.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const CHANNELS = ['durable:1', 'durable:2', 'memory:1', 'memory:2'];

interface Receipt {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
}

/** Publishes on channels without a pause until it is stopped, and knows the newest acknowledged event of each. */
function publishOn(server: () => Pick<SocketIOTestServer, 'publish'>, channels: readonly string[]) {
  const newest = new Map<string, Receipt>();
  let running = true;
  let count = 0;
  const done = (async () => {
    for (let n = 0; running; n += 1) {
      const channel = channels[n % channels.length] as string;
      try {
        newest.set(channel, { channel, ...(await server().publish(channel, TICK, { n })) });
        count += 1;
      } catch {
        // The server is away; the publish was not acknowledged.
      }
      await tick();
    }
  })();
  const stop = async () => {
    running = false;
    await done;
    return [...newest.values()];
  };
  onTeardown(stop);
  return {
    stop,
    /** Waits until so many more were acknowledged. */
    async more(wanted: number) {
      const end = count + wanted;
      while (count < end) await tick();
    },
  };
}

async function reachAll(listener: RecoveringListener, newest: readonly Receipt[]) {
  for (const receipt of newest) await listener.reach(receipt);
}

describe.each(['websocket', 'polling'])('a stock client over %s', (transport) => {
  it('loses nothing and hears nothing twice when it is cut off', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url, { transports: [transport] });
    await listener.connections(1);
    const { id } = listener.socket;
    const publishers = publishOn(() => server, CHANNELS);
    await listener.subscribe(...CHANNELS);
    for (let cut = 0; cut < 8; cut += 1) {
      await publishers.more(50);
      await listener.cut();
    }
    await reachAll(listener, await publishers.stop());
    expect(listener.recovered).toEqual([false, ...Array(8).fill(true)]);
    expect(listener.socket.id).toBe(id);
    expect(listener.faults).toEqual([]);
    expect(server.core.hub.sessions.size).toBe(1);
    expect(server.errors).toEqual([]);
  });

  it('takes over its session when the server has not noticed the cut', async () => {
    const server = await startSocketIOServer();
    const proxy = await CutProxy.start(server.url);
    const listener = new RecoveringListener(proxy.url, { transports: [transport] });
    await listener.connections(1);
    const publishers = publishOn(() => server, CHANNELS);
    await listener.subscribe(...CHANNELS);
    for (let cut = 0; cut < 3; cut += 1) {
      await publishers.more(50);
      proxy.halfOpen();
      await publishers.more(50);
      await listener.cut();
    }
    await reachAll(listener, await publishers.stop());
    expect(listener.recovered).toEqual([false, true, true, true]);
    expect(listener.faults).toEqual([]);
    expect(server.core.hub.sessions.size).toBe(1);
  });

  it('may be cut off again and again while it comes back', async () => {
    const server = await startSocketIOServer();
    const proxy = await CutProxy.start(server.url);
    const listener = new RecoveringListener(proxy.url, {
      transports: [transport],
      reconnectionDelay: 1,
      reconnectionDelayMax: 10,
    });
    await listener.connections(1);
    const publishers = publishOn(() => server, CHANNELS);
    await listener.subscribe(...CHANNELS);
    for (let cut = 0; cut < 60; cut += 1) {
      // Between nothing and more than coming back takes.
      await publishers.more((cut * 7) % 31);
      if (cut % 3 > 0 || !listener.socket.connected) proxy.cut();
      else {
        proxy.halfOpen();
        listener.socket.io.engine.close();
      }
    }
    await reachAll(listener, await publishers.stop());
    expect(listener.recovered.filter((recovered) => !recovered)).toHaveLength(1);
    expect(listener.recovered.length).toBeGreaterThan(5);
    expect(listener.faults).toEqual([]);
    await expect.poll(() => server.core.hub.sessions.size).toBe(1);
  });

  it('goes on after the server crashed', async () => {
    let server = await startSocketIOServer();
    const { data, port } = server;
    const channels = ['durable:1', 'durable:2'];
    const listener = new RecoveringListener(server.url, { transports: [transport] });
    await listener.connections(1);
    const publishers = publishOn(() => server, channels);
    await listener.subscribe(...channels);
    for (let restart = 1; restart <= 3; restart += 1) {
      await publishers.more(50);
      await server.crash();
      server = await startSocketIOServer({ data, port });
      await listener.connections(restart + 1);
    }
    await publishers.more(50);
    await reachAll(listener, await publishers.stop());
    expect(listener.recovered).toEqual([false, true, true, true]);
    expect(listener.faults).toEqual([]);
  });

  it('is told that memory channels are gone after the server crashed', async () => {
    let server = await startSocketIOServer();
    const { data, port } = server;
    const listener = new RecoveringListener(server.url, { transports: [transport] });
    await listener.connections(1);
    const { id } = listener.socket;
    await listener.subscribe('durable:1', 'memory:1');
    await server.crash();
    server = await startSocketIOServer({ data, port });
    await listener.connections(2);
    expect(listener.recovered).toEqual([false, false]);
    expect(listener.socket.id).not.toBe(id);
    await listener.subscribe('durable:1', 'memory:1');
    await listener.reach({ channel: 'memory:1', ...(await server.publish('memory:1', TICK)) });
    expect(listener.faults).toEqual([]);
    expect(server.core.hub.sessions.size).toBe(1);
  });
});

it('a server that is killed again and again loses nothing that it acknowledged', async () => {
  const data = temporaryDirectory();
  const channels = ['durable:1', 'durable:2'];
  let server = await SocketIOProcess.start(data);
  const { port } = server;
  const listeners = ['websocket', 'polling'].map(
    (transport) => new RecoveringListener(server.url, { transports: [transport] }),
  );
  await Promise.all(listeners.map((listener) => listener.connections(1)));
  await Promise.all(listeners.map((listener) => listener.subscribe(...channels)));
  const publishers = publishOn(() => server, channels);
  for (let restart = 1; restart <= 3; restart += 1) {
    await publishers.more(100);
    await server.kill();
    server = await SocketIOProcess.start(data, port);
    await Promise.all(listeners.map((listener) => listener.connections(restart + 1)));
  }
  await publishers.more(100);
  const newest = await publishers.stop();
  for (const listener of listeners) {
    await reachAll(listener, newest);
    expect(listener.recovered).toEqual([false, true, true, true]);
    expect(listener.faults).toEqual([]);
  }
});

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

describe('who is recovered', () => {
  /** Takes what a stock client would hand back, cuts it off, and comes back with it. */
  async function comeBack(
    server: SocketIOTestServer,
    first: { token?: string } | undefined,
    second: { token?: string } | undefined,
    between?: (socket: Socket) => Promise<unknown>,
  ) {
    let auth = first ?? {};
    const listener = new RecoveringListener(server.url, { auth: (answer) => answer(auth) });
    await listener.connections(1);
    await between?.(listener.socket);
    auth = second ?? {};
    const failed = once(listener.socket, 'connect_error');
    const back = listener.cut();
    const [error] = await Promise.race([failed, back.then(() => [])]);
    const [session] = server.core.hub.sessions.values();
    return {
      recovered: listener.recovered.at(1),
      user: session?.identity.user,
      error: (error as { data?: unknown } | undefined)?.data,
      listener,
    };
  }

  const login = (token: string) => (socket: Socket) => socket.emitWithAck('authenticate', { token });
  const alice = tokenFor('alice');

  it('the same user, by the newer of both tokens', async () => {
    const server = await startSocketIOServer();
    const older = tokenFor('alice', { issuedAt: 1000 });
    const newer = tokenFor('alice', { issuedAt: 2000 });
    expect(await comeBack(server, { token: alice }, { token: alice })).toMatchObject({
      recovered: true,
      user: 'alice',
    });
    for (const [first, second] of [
      [older, newer],
      [newer, older],
    ] as const) {
      const { recovered, listener } = await comeBack(server, { token: first }, { token: second });
      expect(recovered).toBe(true);
      const session = server.core.hub.sessions.get(listener.socket.id!);
      expect(session?.identity.issuedAt).toBe(2000);
    }
  });

  it('nobody else', async () => {
    const server = await startSocketIOServer();
    expect(await comeBack(server, { token: alice }, { token: tokenFor('bob') })).toMatchObject({
      recovered: false,
      user: 'bob',
    });
  });

  it('not an anonymous session by a user', async () => {
    const server = await startSocketIOServer();
    expect(await comeBack(server, undefined, { token: alice })).toMatchObject({
      recovered: false,
      user: 'alice',
    });
  });

  it('who authenticated by the command, without a token in the handshake', async () => {
    const server = await startSocketIOServer({ anonymous: false });
    expect(await comeBack(server, undefined, undefined, login(alice))).toMatchObject({
      recovered: true,
      user: 'alice',
    });
  });

  it('not whose token has expired or was revoked meanwhile', async () => {
    const clock = new ManualClock();
    const revoked = new Set<string | undefined>();
    const server = await startSocketIOServer({ clock, stands: ({ user }) => !revoked.has(user) });
    const short = tokenFor('short', { expiresAt: clock.now() + 1000 });
    expect(
      await comeBack(server, undefined, undefined, async (socket) => {
        await login(short)(socket);
        clock.advance(1000);
      }),
    ).toMatchObject({ recovered: false, user: undefined });
    expect(
      await comeBack(server, undefined, undefined, async (socket) => {
        await login(alice)(socket);
        revoked.add('alice');
      }),
    ).toMatchObject({ recovered: false });
  });

  it('not who lost the right to a channel', async () => {
    const server = await startSocketIOServer({
      namespaces: { room: { rights: { subscribe: 'granted' } } },
    });
    const grants = [{ pattern: 'room:*', rights: ['subscribe'] as const }];
    const follow = async (socket: Socket) => {
      expect(await socket.emitWithAck('subscribe', 'room:1')).toMatchObject({ ok: true });
    };
    const may = tokenFor('alice', { grants });
    expect(await comeBack(server, { token: may }, { token: may }, follow)).toMatchObject({ recovered: true });
    expect(await comeBack(server, { token: may }, { token: alice }, follow)).toMatchObject({
      recovered: false,
      user: 'alice',
    });
  });

  it('who follows channels because the server had it follow, without a right of its own', async () => {
    const server = await startSocketIOServer({
      namespaces: { inbox: { rights: { subscribe: 'nobody' } } },
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    const [session] = server.core.hub.sessions.values();
    const followed = await server.core.hub.subscribe(session!, [
      { channel: server.core.namespaces.resolve('inbox:1'), from: {} },
    ]);
    server.core.hub.activate(followed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    const { epoch } = await server.publish('inbox:1', 'other');
    listener.places.set('inbox:1', { epoch, offset: 1 });
    await listener.cut();
    await listener.reach({ channel: 'inbox:1', ...(await server.publish('inbox:1', TICK)) });
    expect(listener.recovered).toEqual([false, true]);
    expect(listener.faults).toEqual([]);
  });

  it('not who was dismissed', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    const [session] = server.core.hub.sessions.values();
    const left = once(listener.socket, 'disconnect');
    const notice = once(listener.socket, 'tidings:disconnect');
    server.core.hub.disconnect(session!, disconnect('kicked'));
    expect(await notice).toEqual([{ code: 4502, reason: 'kicked', reconnect: false }]);
    expect((await left)[0]).toBe('io server disconnect');
    listener.socket.connect();
    await listener.connections(2);
    expect(listener.recovered).toEqual([false, false]);
  });

  it('one of two who come with the same secret at once', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url, { reconnection: false });
    await listener.connections(1);
    const { sid, pid, offset } = await secretsOf(server, listener);
    listener.socket.io.engine.close();
    const twins = [0, 1].map(() =>
      stockClient(server.url, { auth: { pid, offset }, transports: ['websocket'], reconnection: false }),
    );
    await Promise.all(twins.map((twin) => once(twin, 'connect')));
    // The later one has the session, or a new one when both came in the same moment.
    await expect.poll(() => twins.filter(({ id }) => id === sid)).toHaveLength(1);
    expect([...server.core.hub.sessions.keys()].sort()).toEqual(twins.flatMap(({ id }) => id ?? []).sort());
  });

  it('nobody by a made-up secret or place', async () => {
    const server = await startSocketIOServer();
    const listener = new RecoveringListener(server.url, { reconnection: false });
    await listener.connections(1);
    const { sid, pid, offset } = await secretsOf(server, listener);
    for (const auth of [
      { pid: 'x'.repeat(20), offset },
      { pid, offset: 'x' },
      { pid, offset: `${'0'.repeat(16)}.0` },
      { pid: '__proto__', offset },
      { pid: { a: 1 }, offset: [1] },
    ]) {
      const other = stockClient(server.url, { auth });
      await once(other, 'connect');
      expect(other.id).not.toBe(sid);
    }
    expect(server.errors).toEqual([]);
  });
});

/** What a stock client hands back when it comes back. */
async function secretsOf(server: SocketIOTestServer, listener: RecoveringListener) {
  const sid = listener.socket.id!;
  const pid: unknown = Reflect.get(server.io.sockets.sockets.get(sid)!, 'pid');
  await expect.poll(() => typeof Reflect.get(listener.socket, '_lastOffset')).toBe('string');
  return { sid, pid, offset: Reflect.get(listener.socket, '_lastOffset') as string };
}

describe('the store', () => {
  it('has a subscription before its answer is sent', async () => {
    let open = () => {};
    let saving = Promise.resolve();
    const server = await startSocketIOServer({
      recovery: (store) => gate(store, () => saving),
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    await expect.poll(() => typeof Reflect.get(listener.socket, '_lastOffset')).toBe('string');
    saving = new Promise((resolve) => {
      open = resolve;
    });
    let answered = false;
    const answer = listener.subscribe('durable:1').then(() => {
      answered = true;
    });
    await expect.poll(() => server.core.hub.channels.get('durable:1')?.live.size).toBe(1);
    await server.publish('durable:1', TICK);
    await tick();
    expect(answered).toBe(false);
    expect(listener.heard).toEqual([]);
    open();
    await answer;
    await expect.poll(() => listener.heard.length).toBe(1);
    expect(listener.faults).toEqual([]);
  });

  it('that fails costs recovery until it works again, and nothing else', async () => {
    const clock = new ManualClock();
    let broken = false;
    const server = await startSocketIOServer({
      clock,
      recovery: (store) =>
        gate(store, async () => {
          if (broken) throw new Error('the disk is full');
        }),
    });
    const listener = new RecoveringListener(server.url);
    await listener.connections(1);
    await listener.subscribe('durable:1');
    broken = true;
    // What is on disk knows nothing of this one.
    await listener.subscribe('durable:2');
    expect(server.errors).not.toEqual([]);
    await listener.cut();
    expect(listener.recovered).toEqual([false, false]);
    await listener.subscribe('durable:1');
    broken = false;
    clock.advance(1000);
    await listener.cut();
    expect(listener.recovered).toEqual([false, false, true]);
  });
});

/** A store that waits before it saves. */
function gate(store: RecoveryStore, before: () => Promise<void>): RecoveryStore {
  return {
    open: (now) => store.open(now),
    load: (pid) => store.load(pid),
    delete: (pids) => store.delete(pids),
    sweep: (moment) => store.sweep(moment),
    close: () => store.close(),
    async save(records) {
      await before();
      await store.save(records);
    },
  };
}
