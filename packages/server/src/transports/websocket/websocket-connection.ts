import type { Duplex } from 'node:stream';
import { DISCONNECTS, type Disconnect, disconnect, TidingsError } from '@tidings/protocol';
import { type RawData, WebSocket } from 'ws';
import { Batch } from '../../core/ports/batch.ts';
import type { Connection, Wire } from '../../core/ports/connection.ts';
import type { Reply } from '../../core/ports/dialect.ts';
import type { Admission, Host, Session } from '../../core/ports/transport.ts';
import { SocketWriter } from '../socket-writer.ts';
import { PING_FRAME } from './frame.ts';
import { FrameReader, type FrameTaker } from './frame-reader.ts';

/** How long a peer may take to answer the close frame before its socket is destroyed, milliseconds. */
const CLOSE_TIMEOUT = 3000;

/** Bytes that may be unread while pings are still answered. */
const MAX_UNREAD_PONGS = 64 * 1024;

/** The library's WebSocket, which knows its connection, so that its listeners are the same functions for all. */
export class ClientWebSocket extends WebSocket {
  connection: WebSocketConnection | undefined;
}

/** And a socket, for the same reason. */
const CONNECTION = Symbol('connection');

interface ClientSocket extends Duplex {
  [CONNECTION]?: WebSocketConnection;
}

/** What a connection is made of. */
export interface WebSocketConnectionParts {
  readonly ws: ClientWebSocket;
  readonly socket: Duplex;
  readonly wire: Wire;
  readonly host: Host;
}

/**
 * One WebSocket client.
 *
 * `ws` does the handshake and reads; frames go out here, straight to the socket, because they are built once for all
 * subscribers. Both write whole frames in one call, so they never mix.
 */
export class WebSocketConnection implements Connection, FrameTaker {
  readonly #ws: ClientWebSocket;
  readonly #socket: ClientSocket;
  readonly #writer: SocketWriter;
  readonly #wire: Wire;
  readonly #host: Host;
  /** What the library reads the socket by, where frames are read before it does. */
  #library: ReturnType<typeof FrameReader.attach>;
  /** Set once the client is in. */
  #session: Session | undefined;
  /** Something was heard since the last heartbeat. */
  #alive = true;

  constructor({ ws, socket, wire, host }: WebSocketConnectionParts) {
    this.#ws = ws;
    this.#socket = socket;
    this.#writer = new SocketWriter(socket);
    this.#wire = wire;
    this.#host = host;
    ws.connection = this;
    // ws answers a broken frame with its close code (1002, 1007, 1009) by itself.
    ws.on('error', ignore);
  }

  /** Makes a session of the client, and begins to listen. */
  open(admission: Admission, address: string): Session {
    const ws = this.#ws;
    this.#session = this.#host.open({
      ...admission,
      transport: 'websocket',
      wire: this.#wire,
      connection: this,
      address,
    });
    ws.on('message', onMessage);
    ws.on('ping', onPing);
    ws.on('pong', onPong);
    this.#socket[CONNECTION] = this;
    this.#socket.on('drain', onDrain);
    // A compressed message is read in its own time, which one that is not would overtake.
    if (ws.extensions === '') this.#library = FrameReader.attach(this.#socket, this.#host.maxMessage, this);
    return this.#session;
  }

  get buffered(): number {
    return this.#writer.buffered;
  }

  write(batch: Batch): boolean {
    if (this.#ws.readyState !== WebSocket.OPEN) return true;
    return this.#writer.write(batch.joined(this.#wire.join));
  }

  /** Asks whether the client is there, or ends the session when it did not answer the last time. */
  beat(): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    if (this.#alive) {
      this.#alive = false;
      this.#writer.write(PING_FRAME);
    } else if (this.#session) {
      this.#host.disconnect(this.#session, disconnect('heartbeat_timeout'));
      this.#ws.terminate();
    }
  }

  close(notice: Disconnect): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    const text = this.#wire.dialect.encodeNotice({ type: 'disconnect', disconnect: notice });
    if (text !== undefined) this.#writer.write(Batch.of([this.#wire.frame(text)]).joined(this.#wire.join));
    this.#ws.close(notice.code, DISCONNECTS[notice.reason].message);
    setTimeout(() => this.#ws.terminate(), CLOSE_TIMEOUT).unref();
  }

  /** Ends at once. */
  terminate(): void {
    this.#ws.terminate();
  }

  /** The client has gone. */
  ended(): void {
    if (this.#session) this.#host.closed(this.#session);
  }

  received(data: RawData, isBinary: boolean): void {
    if (isBinary) this.#refuseBinary();
    else this.takeText((data as Buffer).toString());
  }

  takeText(text: string): void {
    this.#alive = true;
    if (this.#session) this.#host.receive(this.#session, text);
  }

  takeRest(bytes: Buffer): void {
    this.#library?.call(this.#socket, bytes);
  }

  #refuseBinary(): void {
    this.#alive = true;
    const session = this.#session;
    if (!session) return;
    const error = new TidingsError('malformed_message', 'Messages are text.');
    this.#host.handle(session, { error }, (reply) => this.#answer(session, reply));
  }

  /** Answers a ping, unless so much is unread already that another answer would only add to it. */
  pinged(data: Buffer): void {
    this.#alive = true;
    if (this.buffered < MAX_UNREAD_PONGS) this.#ws.pong(data);
  }

  ponged(): void {
    this.#alive = true;
  }

  drained(): void {
    if (this.#session) this.#host.writable(this.#session);
  }

  #answer(session: Session, reply: Reply): void {
    const text = this.#wire.dialect.encodeReply(reply);
    if (text !== undefined) this.#host.send(session, text);
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as ClientWebSocket).connection?.received(data, isBinary);
}

function onPing(this: WebSocket, data: Buffer): void {
  (this as ClientWebSocket).connection?.pinged(data);
}

function onPong(this: WebSocket): void {
  (this as ClientWebSocket).connection?.ponged();
}

function onDrain(this: ClientSocket): void {
  this[CONNECTION]?.drained();
}

function ignore(): void {}
