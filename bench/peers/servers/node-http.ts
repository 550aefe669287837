/**
 * Bare node:http: reads a body, parses it, and answers with a receipt.
 *
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let offset = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { channel } = JSON.parse(Buffer.concat(chunks).toString()) as { channel: string };
    const body = JSON.stringify({
      channel,
      offset: ++offset,
      epoch: '695be5e04b7a',
      id: offset.toString(36),
    });
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
// The bench's connections are idle while its turn is another's.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => console.log(`port=${(server.address() as AddressInfo).port}`));
