/**
 * Bare Node: raw sockets after the handshake. Subscribers of a channel get the frames of one tick as one buffer in one
 * write; event streams get `res.write`.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

interface Channel {
  readonly sockets: Set<Duplex>;
  readonly streams: Set<ServerResponse>;
  pending: Buffer[];
}

const CHANNEL_LENGTH = 6;
const channels = new Map<string, Channel>();
let dirty: Channel[] = [];

function channelOf(name: string): Channel {
  let channel = channels.get(name);
  if (channel) return channel;
  channel = { sockets: new Set(), streams: new Set(), pending: [] };
  channels.set(name, channel);
  return channel;
}

function publish(name: string, payload: Buffer): void {
  const channel = channelOf(name);
  if (channel.pending.length === 0) dirty.push(channel);
  channel.pending.push(payload);
  if (dirty.length === 1 && channel.pending.length === 1) setImmediate(flush);
}

function flush(): void {
  const list = dirty;
  dirty = [];
  for (const channel of list) {
    const events = channel.pending;
    channel.pending = [];
    if (channel.sockets.size > 0) {
      const frames = Buffer.concat(events.flatMap((event) => [head(event.length), event]));
      for (const socket of channel.sockets) socket.write(frames);
    }
    if (channel.streams.size > 0) {
      const text = Buffer.from(events.map((event) => `data: ${event}\n\n`).join(''));
      for (const stream of channel.streams) stream.write(text);
    }
  }
}

function head(length: number): Buffer {
  return length < 126 ? Buffer.from([0x81, length]) : Buffer.from([0x81, 126, length >> 8, length & 255]);
}

/** Reads the frames of a publisher; all have a length of two bytes, and a mask of zeros. */
function readPublisher(socket: Duplex): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (rest.length - at >= 8) {
      const end = at + 8 + rest.readUInt16BE(at + 2);
      if (end > rest.length) break;
      publish(
        rest.toString('latin1', at + 8, at + 8 + CHANNEL_LENGTH),
        rest.subarray(at + 8 + CHANNEL_LENGTH, end),
      );
      at = end;
    }
    rest = rest.subarray(at);
  });
}

const server = createServer((request, response) => {
  const { streams } = channelOf((request.url ?? '').slice(1));
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.flushHeaders();
  streams.add(response);
  response.on('close', () => streams.delete(response));
});
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('error', () => {});
  const name = (request.url ?? '').slice(1);
  if (name === 'publish') {
    readPublisher(socket);
    return;
  }
  const { sockets } = channelOf(name);
  sockets.add(socket);
  socket.resume();
  socket.on('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', 4096, () => console.log(`port=${(server.address() as AddressInfo).port}`));
