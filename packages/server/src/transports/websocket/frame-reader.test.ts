import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as library from 'ws';
import { FrameReader, type FrameTaker } from './frame-reader.ts';

const MAX_PAYLOAD = 70_000;

/** Takes nothing. */
const NOBODY: FrameTaker = { takeText() {}, takeRest() {} };

interface Receiver extends NodeJS.WritableStream {
  on(event: string, listener: (...values: never[]) => void): this;
}

/** What reads on the server's side in the library, by itself. */
function receiver(heard: (what: string) => void): (bytes: Buffer) => void {
  const { Receiver } = library as unknown as {
    Receiver: new (options: { isServer: boolean; maxPayload: number }) => Receiver;
  };
  const reads = new Receiver({ isServer: true, maxPayload: MAX_PAYLOAD });
  let ended = false;
  reads.on('message', (data: Buffer, isBinary: boolean) => heard(`${isBinary ? 'binary' : 'text'} ${data}`));
  reads.on('ping', (data: Buffer) => heard(`ping ${data}`));
  reads.on('pong', (data: Buffer) => heard(`pong ${data}`));
  reads.on('conclude', (code: number, reason: Buffer) => heard(`close ${code} ${reason}`));
  reads.on('error', (error: Error) => {
    ended = true;
    heard(`error ${error.message}`);
  });
  return (bytes) => {
    if (!ended) reads.write(bytes);
  };
}

interface Frame {
  readonly first: number;
  readonly payload: Buffer;
  readonly mask: Buffer | undefined;
}

function bytesOf({ first, payload, mask }: Frame): Buffer {
  const { length } = payload;
  const masked = mask ? 0x80 : 0;
  const head =
    length < 126
      ? Buffer.from([first, masked | length])
      : length < 65_536
        ? Buffer.from([first, masked | 126, length >> 8, length & 255])
        : Buffer.from([first, masked | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255]);
  if (!mask) return Buffer.concat([head, payload]);
  const covered = Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] as number)));
  return Buffer.concat([head, mask, covered]);
}

const text = fc.string({ unit: 'grapheme', maxLength: 300 }).map((value) => Buffer.from(value));
const mask = fc.oneof(
  fc.constant(Buffer.alloc(4)),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map(Buffer.from),
);
/** A whole text message, as nearly all are. */
const message = fc.record({ first: fc.constant(0x81), payload: text, mask });
const long = fc.record({
  first: fc.constant(0x81),
  payload: fc.integer({ min: 60_000, max: MAX_PAYLOAD }).map((length) => Buffer.alloc(length, 'é')),
  mask,
});
const control = fc.record({
  first: fc.constantFrom(0x89, 0x8a),
  payload: fc.string({ maxLength: 100 }).map((value) => Buffer.from(value)),
  mask,
});
/** A message in pieces, with something between them; a whole message there is a fault. */
const fragments = fc
  .tuple(fc.constantFrom(0x01, 0x02), text, fc.option(fc.oneof(control, message)), text, mask)
  .map(([first, begin, between, end, masked]): Frame[] => [
    { first, payload: begin, mask: masked },
    ...(between ? [between] : []),
    { first: 0x80, payload: end, mask: masked },
  ]);
const binary = fc.record({ first: fc.constant(0x82), payload: text, mask });
/** What may be anything, faults among it: bytes that are no UTF-8, no mask, unknown opcodes, too long. */
const odd: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ first: fc.constant(0x81), payload: fc.uint8Array({ maxLength: 40 }).map(Buffer.from), mask }),
  fc.record({ first: fc.constant(0x81), payload: fc.constant(Buffer.from('a\ufffdb')), mask }),
  fc.record({ first: fc.nat(255), payload: text, mask }),
  fc.record({ first: fc.constant(0x81), payload: text, mask: fc.constant(undefined) }),
  fc.record({ first: fc.constant(0x81), payload: fc.constant(Buffer.alloc(MAX_PAYLOAD + 1)), mask }),
);
const place = fc.double({ min: 0, max: 1, noNaN: true });
const conversation = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: message.map((frame) => [frame]) },
    { weight: 1, arbitrary: fc.oneof(long, control, binary, odd).map((frame) => [frame]) },
    { weight: 1, arbitrary: fragments },
  ),
  { maxLength: 12 },
);

/** Cuts bytes at places, given as parts of the whole; each piece is memory of its own, as a socket gives it. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [
    0,
    ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return at.slice(1).map((end, index) => Buffer.from(bytes.subarray(at[index], end)));
}

/** Between all bytes, unless they are many. */
function everywhere({ length }: Buffer): number[] {
  return length > 500 ? [] : Array.from({ length }, (_, at) => at / length);
}

/** How what was sent may come: a frame at a time, a byte at a time, or cut anywhere. */
const ways = fc.oneof(
  fc.constantFrom('frames' as const, 'bytes' as const),
  fc.array(place, { maxLength: 20 }),
);

test('however it is cut, what clients send is heard as the library alone hears it', async () => {
  await fc.assert(
    fc.asyncProperty(conversation, ways, async (sent, way) => {
      const frames = sent.flat().map(bytesOf);
      const bytes = Buffer.concat(frames);
      const pieces = way === 'frames' ? frames : cut(bytes, way === 'bytes' ? everywhere(bytes) : way);
      const alone: string[] = [];
      const takeAlone = receiver((what) => alone.push(what));
      const heard: string[] = [];
      const takeRest = receiver((what) => heard.push(what));
      const reader = new FrameReader(MAX_PAYLOAD, {
        takeText: (value) => heard.push(`text ${value}`),
        takeRest,
      });
      for (const piece of pieces) {
        takeAlone(Buffer.from(piece));
        // After a fault the connection is closed.
        if (!heard.at(-1)?.startsWith('error')) reader.read(piece);
        await new Promise(process.nextTick);
      }
      expect(heard).toEqual(alone);
    }),
    { numRuns: 500 },
  );
});

test('a whole text message is none of the library’s work', () => {
  const texts: string[] = [];
  const reader = new FrameReader(100, {
    takeText: (value) => texts.push(value),
    takeRest: (bytes) => expect(bytes).toBeUndefined(),
  });
  const frame = { first: 0x81, payload: Buffer.from('{"type":"ping"}'), mask: Buffer.from([1, 2, 3, 4]) };
  reader.read(Buffer.concat([bytesOf(frame), bytesOf(frame)]));
  expect(texts).toEqual(['{"type":"ping"}', '{"type":"ping"}']);
});

test('a message that is too long is the library’s, which refuses it', () => {
  const rest: number[] = [];
  const reader = new FrameReader(100, {
    takeText: (text) => expect(text).toBeUndefined(),
    takeRest: (bytes) => rest.push(bytes.length),
  });
  reader.read(bytesOf({ first: 0x81, payload: Buffer.alloc(101, 'a'), mask: Buffer.alloc(4) }));
  expect(rest).toEqual([107]);
});

test('the library may stop listening', () => {
  const socket = new PassThrough();
  const library = () => {};
  socket.on('data', library);
  expect(FrameReader.attach(socket, 100, NOBODY)).toBe(library);
  expect(socket.listenerCount('data')).toBe(1);
  socket.off('data', library);
  expect(socket.listenerCount('data')).toBe(0);
});

test('where the library listens otherwise, it reads all by itself', () => {
  const socket = new PassThrough();
  expect(FrameReader.attach(socket, 100, NOBODY)).toBeUndefined();
  socket.on('data', () => {});
  socket.on('data', () => {});
  expect(FrameReader.attach(socket, 100, NOBODY)).toBeUndefined();
  expect(socket.listenerCount('data')).toBe(2);
});
