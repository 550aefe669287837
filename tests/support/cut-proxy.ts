import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTeardown } from './teardown.ts';

/** From client to server, or from server to client. */
export type Direction = 'up' | 'down';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** The network between them is gone: neither hears of the other any more. */
  halfOpen: boolean;
}

/** A network that a test can break: a TCP proxy on 127.0.0.1 in front of a server. */
export class CutProxy {
  /** Where new connections go. */
  target: URL;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  #refusing = false;
  #delay = 0;

  private constructor(target: string) {
    this.target = new URL(target);
    this.#listener = createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  /** Starts one before the server at `target`; it goes with the test. */
  static async start(target: string): Promise<CutProxy> {
    const proxy = new CutProxy(target);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    onTeardown(() => proxy.close());
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Connections that pass through now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets all connections, on both sides. */
  cut(): void {
    for (const pair of [...this.#pairs]) this.#drop(pair);
  }

  /** Passes nothing on any more over the connections there are, not even their end. New ones work. */
  halfOpen(): void {
    for (const pair of this.#pairs) {
      pair.halfOpen = true;
      pair.client.pause();
      pair.server.pause();
    }
  }

  /** Stops reading from one side of the connections there are, so that its writes back up. */
  pause(direction: Direction): void {
    for (const { client, server } of this.#pairs) (direction === 'up' ? client : server).pause();
  }

  /** Reads on after {@link pause}. */
  resume(): void {
    for (const { client, server, halfOpen } of this.#pairs) {
      if (halfOpen) continue;
      client.resume();
      server.resume();
    }
  }

  /** Resets every new connection, until {@link accept}. */
  refuse(): void {
    this.#refusing = true;
  }

  accept(): void {
    this.#refusing = false;
  }

  /** Passes everything on later. @param ms for bytes that come from now on. */
  delay(ms: number): void {
    this.#delay = ms;
  }

  async close(): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #accept(client: Socket): void {
    client.on('error', () => {});
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    const pair: Pair = { client, server, halfOpen: false };
    this.#pairs.add(pair);
    client.setNoDelay();
    server.setNoDelay();
    this.#forward(pair, client, server);
    this.#forward(pair, server, client);
    client.resume();
  }

  #forward(pair: Pair, from: Socket, to: Socket): void {
    const later = (pass: () => void) => {
      if (this.#delay === 0) pass();
      else setTimeout(pass, this.#delay);
    };
    from.on('data', (chunk) => {
      later(() => {
        if (pair.halfOpen || to.destroyed) return;
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', () => {
          if (!pair.halfOpen) from.resume();
        });
      });
    });
    from.on('end', () => {
      later(() => {
        if (!pair.halfOpen) to.end();
      });
    });
    from.on('error', () => {});
    from.on('close', (failed) => {
      if (pair.halfOpen) return;
      if (failed) this.#drop(pair);
      else if (to.destroyed) this.#pairs.delete(pair);
    });
  }

  #drop(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }
}
