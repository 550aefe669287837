import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTeardown } from '../../support/teardown.ts';

/** A network in which no WebSocket can be opened, as behind some company proxies. */
export interface NoWebSocketProxy {
  readonly url: string;
  /** From now on it lets WebSockets through. */
  allow(): void;
  /** Resets all connections. */
  cut(): void;
}

/** Starts one before a server; it goes with the test. */
export async function startNoWebSocketProxy(target: string): Promise<NoWebSocketProxy> {
  let allowed = false;
  const sockets = new Set<{ destroy(): void }>();
  const listener = createServer((client) => {
    client.on('error', () => {});
    client.once('data', (head) => {
      if (!allowed && /upgrade: websocket/i.test(head.toString())) {
        client.resetAndDestroy();
        return;
      }
      const server = connect(Number(new URL(target).port), '127.0.0.1');
      sockets.add(client);
      server.on('error', () => client.destroy());
      server.write(head);
      client.pipe(server).pipe(client);
      client.on('close', () => {
        sockets.delete(client);
        server.destroy();
      });
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTeardown(() => {
    cut();
    listener.close();
  });
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    allow: () => {
      allowed = true;
    },
    cut,
  };
}
