import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { NamespaceOptions } from '../packages/server/src/core/namespace.ts';
import { CutProxy } from './support/cut-proxy.ts';
import { rawClient } from './support/raw-socketio.ts';
import { once, startSocketIOServer, stockClient } from './support/start-socketio.ts';

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
    await expect.poll(() => heard.length).toBe(n);
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
    await expect.poll(() => heard.at(-1)).toBe(total - 1);
    expect(heard.length).toBeLessThan(total);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });
});

it.each([
  ['pings', (ws: WebSocket, done: () => void) => ws.ping('x'.repeat(125), true, done)],
  ['asks for namespaces', (ws: WebSocket, done: () => void) => ws.send('40/nowhere,', done)],
])('a client that %s and reads no answer is cut', async (_, ask) => {
  const server = await startSocketIOServer();
  const { ws } = await rawClient(server.url);
  ws.pause();
  for (let asked = 0; asked < 400_000 && server.io.engine.clientsCount > 0; asked += 50)
    await Promise.all(Array.from({ length: 50 }, () => new Promise<void>((resolve) => ask(ws, resolve))));
  expect(server.io.engine.clientsCount).toBe(0);
});
