import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SocketWriter } from './socket-writer.ts';

let server: Server;

beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => server.close());

/** Both ends of a connection; the client reads nothing until it is told to. */
async function connected(): Promise<{ own: Socket; client: Socket }> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [own] = (await once(server, 'connection')) as [Socket];
  own.on('error', () => {});
  client.on('error', () => {});
  client.pause();
  return { own, client };
}

/** Fulfilled once it has ended, for whatever reason. */
const ended = (socket: Socket) => new Promise<unknown>((resolve) => socket.once('close', resolve));

/** Reads so many bytes. */
async function read(client: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let have = 0;
  if (length === 0) return Buffer.alloc(0);
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    have += (chunk as Buffer).length;
    if (have >= length) break;
  }
  return Buffer.concat(chunks);
}

/** More than a connection takes whose other end does not read. */
const TOO_MUCH = Buffer.alloc(16 * 1024 * 1024, 'x');

describe.each([
  {
    way: 'past the stream',
    make: (socket: Socket) => new SocketWriter(socket),
  },
  {
    way: 'through the stream, where nothing of Node’s own may be used',
    make: (socket: Socket) => new SocketWriter(socket, null),
  },
])('$way', ({ make }) => {
  test('all arrives in its order, also beside what others write, however slowly it is read', async () => {
    const write = fc.record({
      length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3_000_000 })),
      stream: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 12 }), fc.boolean(), async (writes, reading) => {
        const { own, client } = await connected();
        const writer = make(own);
        if (reading) client.resume();
        const sent = writes.map(({ length }, index) => Buffer.alloc(length, index + 1));
        const received = read(
          client,
          sent.reduce((sum, { length }) => sum + length, 0),
        );
        for (const [index, bytes] of sent.entries()) {
          if (writes[index]?.stream) own.write(bytes);
          else writer.write(bytes);
        }
        expect((await received).equals(Buffer.concat(sent))).toBe(true);
        client.destroy();
        own.destroy();
      }),
      { numRuns: 40 },
    );
  });

  test('says when it takes no more, how much waits, and when it takes more again', async () => {
    const { own, client } = await connected();
    const drained = once(own, 'drain');
    const writer = make(own);
    expect(writer.write(Buffer.from('a'))).toBe(true);
    await read(client, 1);
    expect(writer.buffered).toBe(0);
    expect(writer.write(TOO_MUCH)).toBe(false);
    expect(writer.write(Buffer.from('b'))).toBe(false);
    expect(writer.buffered).toBe(TOO_MUCH.length + 1);
    const received = read(client, TOO_MUCH.length + 1);
    await drained;
    expect((await received).subarray(-2).toString()).toBe('xb');
    expect(writer.buffered).toBe(0);
    expect(writer.write(Buffer.from('c'))).toBe(true);
    expect(`${await read(client, 1)}`).toBe('c');
    client.destroy();
  });

  test('a peer that goes while much waits ends the socket, and nothing throws', async () => {
    const { own, client } = await connected();
    const writer = make(own);
    expect(writer.write(TOO_MUCH)).toBe(false);
    client.resetAndDestroy();
    await ended(own);
    expect(writer.write(Buffer.from('a'))).toBe(true);
  });

  test('a peer that has gone is found out by writing', async () => {
    const { own, client } = await connected();
    const writer = make(own);
    own.pause();
    client.resetAndDestroy();
    while (!own.destroyed) {
      writer.write(Buffer.from('a'));
      await new Promise(setImmediate);
    }
  });

  test('what was written before the end arrives', async () => {
    const { own, client } = await connected();
    const writer = make(own);
    writer.write(TOO_MUCH);
    own.end('z');
    expect(writer.write(Buffer.from('late'))).toBe(true);
    expect((await read(client, TOO_MUCH.length + 1)).subarray(-2).toString()).toBe('xz');
    client.destroy();
  });
});

test('a stream that is no socket is written to as any', () => {
  const stream = new PassThrough();
  new SocketWriter(stream).write(Buffer.from('a'));
  expect(`${stream.read()}`).toBe('a');
});
