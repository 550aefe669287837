import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';

/** A server of a JSON Web Key Set, on a free port. */
export interface KeyServer {
  readonly url: string;
  /** How often it was asked. */
  readonly asked: number;
  /** What it serves; a number is the status it fails with. */
  content: { readonly keys: readonly JWK[] } | string | number;
  close(): Promise<void>;
}

/** Starts one. */
export async function startKeyServer(content: KeyServer['content']): Promise<KeyServer> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    const { content } = keyServer;
    if (typeof content === 'number') response.writeHead(content).end();
    else response.end(typeof content === 'string' ? content : JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const keyServer: KeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    get asked() {
      return asked;
    },
    content,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return keyServer;
}
