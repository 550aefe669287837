import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CutProxy } from './support/cut-proxy.ts';
import { RecoveringListener, TICK } from './support/recovering-listener.ts';
import { SocketIOProcess } from './support/socketio-process.ts';
import type { SocketIOTestServer } from './support/socketio-server.ts';
import { startSocketIOServer } from './support/start-socketio.ts';
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
