import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { releaseHttp } from './release-http.ts';

/** How long a request may take here, milliseconds. */
const TIMEOUT = 60;

/** A server whose answers are streams that are let go of, and the sockets of those. */
async function start(): Promise<{ server: Server; streams: Socket[] }> {
  const streams: Socket[] = [];
  const options = { headersTimeout: TIMEOUT, requestTimeout: TIMEOUT, connectionsCheckingInterval: 10 };
  const server = createServer(options, (request, response) => {
    request.resume().on('end', () => {
      streams.push(request.socket);
      response.removeHeader('Transfer-Encoding');
      response.writeHead(200, { Connection: 'close' });
      expect(releaseHttp(response, Buffer.from('begun'))).toBe(true);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    for (const socket of streams) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, streams };
}

/** A client that sends something; `heard` is what it has heard until that is in it, or until the end. */
function send(server: Server, text: string) {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let all = '';
  let ended = false;
  socket.setEncoding('utf8').on('error', () => {});
  socket.on('data', (data: string) => {
    all += data;
    socket.emit('more');
  });
  socket.on('close', () => {
    ended = true;
    socket.emit('more');
  });
  socket.write(text);
  const heard = async (part?: string) => {
    while (!ended && (part === undefined || !all.includes(part))) await once(socket, 'more');
    return all;
  };
  return { socket, heard };
}

test('a stream that was let go of outlives the time for a request, in which others are refused as ever', async () => {
  const { server, streams } = await start();
  const stream = send(server, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await stream.heard('begun');
  // As if another request came behind it, and not all of that.
  stream.socket.write('GET / HTTP/1.1\r\nHos');
  const slow = ['GET / HTTP/1.1\r\nHos', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'].map(
    (text) => send(server, text),
  );
  for (const { heard } of slow) expect(await heard()).toMatch(/^HTTP\/1\.1 408 /);
  expect(streams[0]?.destroyed).toBe(false);
  streams[0]?.write(' and alive');
  expect(await stream.heard('alive')).toContain('begun and alive');
});
