import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTeardown } from './teardown.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A web shop on this machine. */
export interface TestShop {
  /** `http://ADDRESS:PORT`. */
  readonly url: string;
  readonly port: number;
  /** What it was asked for, in order. */
  readonly asked: string[];
  /** The newest request. */
  readonly last: IncomingMessage | undefined;
  /** Connections that are open. */
  connections(): Promise<number>;
}

/** Where shops of tests stand: an address that a test can allow without allowing 127.0.0.1, the rest of this machine. */
export const SHOP_ADDRESS = '127.0.0.2';

/**
 * Starts a shop; it ends with the test.
 *
 * @param pages By path; anything else is 404. A text is a page in HTML.
 */
export async function startShop(
  pages: Readonly<Record<string, string | Handler>>,
  address = SHOP_ADDRESS,
): Promise<TestShop> {
  const asked: string[] = [];
  let last: IncomingMessage | undefined;
  const server = createServer((request, response) => {
    last = request;
    asked.push(request.url ?? '');
    const page = pages[request.url ?? ''];
    if (typeof page === 'function') return page(request, response);
    if (page === undefined) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTeardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    port,
    asked,
    get last() {
      return last;
    },
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
  };
}
