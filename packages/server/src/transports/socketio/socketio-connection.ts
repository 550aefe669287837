import type { Duplex } from 'node:stream';
import type { Disconnect } from '@tidings/protocol';
import type { Socket } from 'socket.io';
import type { Batch, Frame } from '../../core/ports/batch.ts';
import type { Connection, Wire } from '../../core/ports/connection.ts';
import type { Dialect } from '../../core/ports/dialect.ts';
import type { Host, Session } from '../../core/ports/transport.ts';
import { SocketWriter } from '../socket-writer.ts';
import { textFrame } from '../websocket/frame.ts';

/** A connection of Engine.IO, on which Socket.IO stands. */
export type Engine = Socket['conn'];

/** What a connection needs to know of its client. */
interface ConnectionVisit {
  readonly engine: Engine;
  readonly socket: Socket | undefined;
  readonly joined: { readonly session: Session; readonly connection: Connection } | undefined;
}

/** What marks a message among the packets of Engine.IO. */
const MESSAGE = '4';

/** Stands for messages that are framed already; never sent. */
const MANY = '';

/** Beyond so many bytes that the network has not taken, the hub queues. */
const HIGH_WATER = 64 * 1024;

/** How long a peer may take to let a connection end, milliseconds. */
const CLOSE_TIMEOUT = 3000;

/**
 * The socket of a client that came by WebSocket, when whole frames may be written to it: nothing of the library's waits
 * to be sent before them. Through the library each write costs four events and a queue, half as much again as the write.
 *
 * @returns `undefined` while they have to go through the library.
 */
function rawSocket({ request, transport, readyState }: Engine): Duplex | undefined {
  // Of a client that came by polling, the request is another connection's.
  const direct =
    request.headers.upgrade?.toLowerCase() === 'websocket' && readyState === 'open' && transport.writable;
  return direct ? request.socket : undefined;
}

/** The text in each frame, for the clients that poll. */
const texts = new WeakMap<Buffer, string>();

/** A message, framed once for all WebSocket clients as Engine.IO would for each; a client that polls is given the text. */
function engineFrame(text: string): Frame {
  const frame = textFrame(MESSAGE + text);
  texts.set(frame, text);
  return frame;
}

/** How Socket.IO packets become frames; one object for all connections. */
export function socketioWire(dialect: Dialect): Wire {
  return { dialect, frame: engineFrame };
}

/** One client of Socket.IO: an Engine.IO connection, over WebSocket or polling. */
export class SocketIOConnection implements Connection {
  readonly #visit: ConnectionVisit;
  readonly #host: Pick<Host, 'writable'>;
  readonly #wire: Wire;
  /** What was written while {@link hold} is in force. */
  #held: Batch[] = [];
  #holds = 0;
  /** What is held, or with the library. */
  #buffered = 0;
  /** Once frames were written past the library. */
  #writer: SocketWriter | undefined;
  /** A write was answered with false. */
  #full = false;
  #writing = false;
  #closed = false;

  constructor(visit: ConnectionVisit, host: Pick<Host, 'writable'>, wire: Wire) {
    this.#visit = visit;
    this.#host = host;
    this.#wire = wire;
  }

  get buffered(): number {
    return this.#buffered + (this.#writer?.buffered ?? 0);
  }

  write(batch: Batch): boolean {
    if (this.#closed) return true;
    this.#buffered += batch.bytes;
    if (this.#holds > 0) this.#held.push(batch);
    else this.#send(batch);
    this.#full = this.buffered > HIGH_WATER;
    return !this.#full;
  }

  /** Sends nothing until {@link release}, so that what was promised is on disk before it is told. */
  hold(): void {
    this.#holds += 1;
  }

  /** Undoes one {@link hold}. */
  release(): void {
    this.#holds -= 1;
    if (this.#holds > 0) return;
    const held = this.#held;
    this.#held = [];
    for (const batch of held) this.#send(batch);
    this.#resume();
  }

  close(notice: Disconnect): void {
    if (this.#closed) return;
    this.#closed = true;
    // What is held was not promised yet: a client that resumes is given it then.
    this.#held = [];
    const { engine, socket } = this.#visit;
    const text = this.#wire.dialect.encodeNotice({ type: 'disconnect', disconnect: notice });
    if (text !== undefined) engine.write(text);
    // A client that is dismissed by a packet does not come back by itself; one whose transport ends does.
    if (!notice.reconnect) socket?.disconnect(true);
    engine.close();
    setTimeout(() => engine.close(true), CLOSE_TIMEOUT).unref();
  }

  /** Ends it without a word, and sends nothing any more. */
  drop(): void {
    this.#closed = true;
    this.#held = [];
  }

  #send(batch: Batch): void {
    const { engine } = this.#visit;
    this.#writing = true;
    const socket = rawSocket(engine);
    if (socket) {
      this.#writer ??= this.#writerOf(socket);
      this.#writer.write(batch.joined());
      this.#taken(batch.bytes);
      this.#writing = false;
      return;
    }
    // A WebSocket takes all of a tick at once; what polls, or may still, is given message by message.
    if (engine.transport.name === 'websocket') {
      engine.write(MANY, { wsPreEncodedFrame: [batch.joined()] } as object, () => this.#taken(batch.bytes));
      this.#writing = false;
      return;
    }
    const frames = batch.frames() as readonly Buffer[];
    for (const [index, frame] of frames.entries()) {
      // Packets go out in order, so that the last one's end is that of all.
      const taken = index === frames.length - 1 ? () => this.#taken(batch.bytes) : undefined;
      engine.write(texts.get(frame) ?? '', { wsPreEncodedFrame: [frame] } as object, taken);
    }
    this.#writing = false;
  }

  #writerOf(socket: Duplex): SocketWriter {
    socket.on('drain', () => this.#resume());
    return new SocketWriter(socket);
  }

  #taken(bytes: number): void {
    this.#buffered -= bytes;
    if (!this.#writing) this.#resume();
  }

  #resume(): void {
    if (!this.#full || this.#closed || this.buffered > HIGH_WATER) return;
    this.#full = false;
    const { joined } = this.#visit;
    if (joined?.connection === this) this.#host.writable(joined.session);
  }
}
