/**
 * Reads whole text frames where they lie in what the socket gave, and leaves everything else to the library.
 *
 * `ws` takes each frame apart into eight small buffers, which costs more than reading the command in it. Nearly all that
 * clients send is one short text frame, whole within what was read at once; that is read here. Anything else, a control
 * frame, a fragment, a binary or long message, one that is cut, one with a fault, goes on to the library byte by byte as
 * it came, so that what is right and wrong of the protocol (RFC 6455) is decided there alone.
 *
 * @module
 */
import type { Duplex } from 'node:stream';

const FIN = 0x80;
const FIN_TEXT = 0x81;
const OPCODE = 0x0f;
const CONTINUATION = 0;
/** Opcodes from here on are control frames, which may stand between fragments. */
const CONTROL = 8;
const MASKED = 0x80;
const LENGTH = 0x7f;
/** The length stands in the two, or eight, bytes that follow. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;
/** What a decoder puts where bytes are no UTF-8; a client may also mean it, which the library finds out. */
const REPLACEMENT = '\ufffd';

type TakeBytes = (this: Duplex, bytes: Buffer) => void;

/** Who takes what is read. */
export interface FrameTaker {
  /** The text of a whole frame. */
  takeText(text: string): void;
  /** What is the library's. */
  takeRest(bytes: Buffer): void;
}

/** Where a socket has its reader, so that the listener is one function for all. */
const READER = Symbol('reader');

interface ReadSocket extends Duplex {
  [READER]?: FrameReader;
}

/** The listener that stands for each of the library's, of which there is one. */
const listeners = new WeakMap<TakeBytes, TakeBytes>();

function listenerFor(library: TakeBytes): TakeBytes {
  let listener = listeners.get(library);
  if (!listener) {
    const read = function (this: ReadSocket, bytes: Buffer) {
      this[READER]?.read(bytes);
    };
    // As `once` does it: the library finds its own listener, and takes it away when it wants to hear no more.
    listener = Object.assign(read, { listener: library });
    listeners.set(library, listener);
  }
  return listener;
}

export class FrameReader {
  readonly #maxPayload: number;
  readonly #taker: FrameTaker;
  /** Bytes that are still to come of a frame which the library reads. */
  #left = 0;
  /** A frame's beginning that ended before its length was known; the library has it already. */
  #cut: Buffer | undefined;
  /** A message in fragments has begun and not ended. */
  #fragmented = false;

  /** @param maxPayload longer messages are the library's, which refuses them, bytes */
  constructor(maxPayload: number, taker: FrameTaker) {
    this.#maxPayload = maxPayload;
    this.#taker = taker;
  }

  /**
   * Reads, from now on, what a socket gives, before the library's WebSocket on it does.
   *
   * @returns the library's listener, which wants what is its own; `undefined` where it listens in a way that is not known
   *   here: it then reads all by itself, as it was.
   */
  static attach(socket: ReadSocket, maxPayload: number, taker: FrameTaker): TakeBytes | undefined {
    const [library, ...others] = socket.listeners('data') as TakeBytes[];
    if (!library || others.length > 0) return undefined;
    socket[READER] = new FrameReader(maxPayload, taker);
    socket.off('data', library).on('data', listenerFor(library));
    return library;
  }

  /** Reads what came at once. Behind a frame of the library's all is the library's: that one may be a fault. */
  read(bytes: Buffer): void {
    const { length } = bytes;
    // What the library has from here on.
    let rest = 0;
    let at = this.#continue(bytes);
    const own = at === 0;
    while (at < length) {
      const header = headerLength(bytes, at);
      if (header === 0) {
        this.#cut = Buffer.from(bytes.subarray(at));
        break;
      }
      const end = at + header + payloadLength(bytes, at);
      const text = own && rest === at && end <= length ? this.#text(bytes, at, at + header, end) : undefined;
      if (text === undefined) {
        this.#note(bytes[at] as number);
        this.#left = Math.max(0, end - length);
      } else {
        this.#taker.takeText(text);
        rest = end;
      }
      at = end;
    }
    if (rest < length) this.#taker.takeRest(rest === 0 ? bytes : bytes.subarray(rest));
  }

  /** @returns where the frame ends that began before these bytes. */
  #continue(bytes: Buffer): number {
    if (this.#cut) {
      const before = this.#cut;
      const whole = Buffer.concat([before, bytes]);
      const header = headerLength(whole, 0);
      if (header === 0) {
        this.#cut = whole;
        return bytes.length;
      }
      this.#cut = undefined;
      this.#note(whole[0] as number);
      this.#left = header + payloadLength(whole, 0) - before.length;
    }
    const end = Math.min(this.#left, bytes.length);
    this.#left -= end;
    return end;
  }

  /** The text of a frame that is whole, when it is one to be read here. */
  #text(bytes: Buffer, at: number, payload: number, end: number): string | undefined {
    if (bytes[at] !== FIN_TEXT || this.#fragmented || end - payload > this.#maxPayload) return undefined;
    if (((bytes[at + 1] as number) & MASKED) === 0) return undefined;
    unmask(bytes, payload, end);
    const text = bytes.toString('utf8', payload, end);
    return text.includes(REPLACEMENT) ? undefined : text;
  }

  /** Remembers whether a message goes on after this frame of the library's. */
  #note(first: number): void {
    const opcode = first & OPCODE;
    if (opcode >= CONTROL) return;
    this.#fragmented =
      opcode === CONTINUATION ? this.#fragmented && (first & FIN) === 0 : (first & FIN) === 0;
  }
}

/** @returns 0 where not all of it is there. */
function headerLength(bytes: Buffer, at: number): number {
  if (bytes.length - at < 2) return 0;
  const second = bytes[at + 1] as number;
  const short = second & LENGTH;
  const length =
    2 + (short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0) + (second & MASKED ? MASK_BYTES : 0);
  return bytes.length - at < length ? 0 : length;
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = (bytes[at + 1] as number) & LENGTH;
  if (short < LENGTH_16) return short;
  return short === LENGTH_16 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}

/** Takes the mask off where the bytes lie. The mask becomes zeros, so that the frame stays what it was to the library. */
function unmask(bytes: Buffer, payload: number, end: number): void {
  const mask = payload - MASK_BYTES;
  const a = bytes[mask] as number;
  const b = bytes[mask + 1] as number;
  const c = bytes[mask + 2] as number;
  const d = bytes[mask + 3] as number;
  if ((a | b | c | d) === 0) return;
  bytes.fill(0, mask, payload);
  const whole = end - ((end - payload) % MASK_BYTES);
  for (let at = payload; at < whole; at += MASK_BYTES) {
    bytes[at] = (bytes[at] as number) ^ a;
    bytes[at + 1] = (bytes[at + 1] as number) ^ b;
    bytes[at + 2] = (bytes[at + 2] as number) ^ c;
    bytes[at + 3] = (bytes[at + 3] as number) ^ d;
  }
  if (whole < end) bytes[whole] = (bytes[whole] as number) ^ a;
  if (whole + 1 < end) bytes[whole + 1] = (bytes[whole + 1] as number) ^ b;
  if (whole + 2 < end) bytes[whole + 2] = (bytes[whole + 2] as number) ^ c;
}
