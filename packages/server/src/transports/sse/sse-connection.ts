import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Disconnect } from '@tidings/protocol';
import type { Batch } from '../../core/ports/batch.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connection, Wire } from '../../core/ports/connection.ts';
import type { Session } from '../../core/ports/transport.ts';
import { SocketWriter } from '../socket-writer.ts';
import type { ReleaseHttp } from './release-http.ts';

/** How long a peer may take to read what was written before its socket is destroyed, milliseconds. */
const CLOSE_TIMEOUT = 3000;

/** An empty comment; every heartbeat is this one. */
const COMMENT = Buffer.from(':\n\n');

const STREAM_HEADERS: OutgoingHttpHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
  Connection: 'close',
};

/** One client's stream: the response to its `GET /events`, and then its socket alone. */
export class SseConnection implements Connection {
  /** Set once the client is in. */
  session: Session | undefined;
  readonly #socket: Socket;
  readonly #writer: SocketWriter;
  /** `undefined` once the stream has begun and it was let go of. */
  #response: ServerResponse | undefined;
  readonly #wire: Wire;
  readonly #clock: Clock;
  /** What was written before the stream began; `undefined` once it has. */
  #early: Buffer[] | undefined = [];
  #closed = false;

  constructor(response: ServerResponse, wire: Wire, clock: Clock) {
    this.#socket = response.req.socket;
    this.#writer = new SocketWriter(this.#socket);
    this.#response = response;
    this.#wire = wire;
    this.#clock = clock;
  }

  /** Sends the head and the first block, and then what was written before there was a stream. */
  begin(headers: OutgoingHttpHeaders, welcome: string, release: ReleaseHttp): void {
    const response = this.#response;
    const early = this.#early;
    if (!response || !early || this.#closed) return;
    this.#early = undefined;
    writeHead(response, headers);
    const bytes = Buffer.concat([Buffer.from(welcome), ...early]);
    if (release(response, bytes)) this.#response = undefined;
    else response.write(bytes);
  }

  get buffered(): number {
    return this.#response ? this.#response.writableLength : this.#writer.buffered;
  }

  write(batch: Batch): boolean {
    if (this.#closed) return true;
    if (!this.#early) return this.#send(batch.joined());
    this.#early.push(batch.joined());
    return false;
  }

  /** A sign of life, unless something is unread already: a client that does not read would not see it either. */
  beat(): void {
    if (!this.#closed && !this.#early && this.buffered === 0) this.#send(COMMENT);
  }

  close(notice: Disconnect): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#early && this.#response) writeHead(this.#response, {});
    this.#early = undefined;
    const text = this.#wire.dialect.encodeNotice({ type: 'disconnect', disconnect: notice }) ?? '';
    const out = this.#out;
    // A response closes its connection by itself.
    if (this.#response) this.#response.end(text);
    else this.#socket.end(text, () => this.#socket.destroy());
    const timer = this.#clock.after(CLOSE_TIMEOUT, () => out.destroy());
    out.once('close', () => timer.cancel());
  }

  /** Cuts it. */
  destroy(): void {
    this.#out.destroy();
  }

  get #out(): ServerResponse | Socket {
    return this.#response ?? this.#socket;
  }

  /** Once the head is out the stream is all that the socket carries, and going straight there costs an eighth less. */
  #send(bytes: Buffer): boolean {
    const response = this.#response;
    return response ? (response.socket ?? response).write(bytes) : this.#writer.write(bytes);
  }
}

function writeHead(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  // The stream ends with its connection, so no chunk needs a length before it.
  response.removeHeader('Transfer-Encoding');
  response.writeHead(200, { ...headers, ...STREAM_HEADERS });
}
