import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Disconnect } from '@tidings/protocol';
import type { Batch } from '../../core/ports/batch.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Connection, Wire } from '../../core/ports/connection.ts';
import type { Session } from '../../core/ports/transport.ts';

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

/** One client's stream: the response to its `GET /events`. */
export class SseConnection implements Connection {
  /** Set once the client is in. */
  session: Session | undefined;
  readonly response: ServerResponse;
  readonly #wire: Wire;
  readonly #clock: Clock;
  /** What was written before the stream began; `undefined` once it has. */
  #early: Buffer[] | undefined = [];
  #closed = false;

  constructor(response: ServerResponse, wire: Wire, clock: Clock) {
    this.response = response;
    this.#wire = wire;
    this.#clock = clock;
  }

  /** Sends the head and the first block, and then what was written before there was a stream. */
  begin(headers: OutgoingHttpHeaders, welcome: string): void {
    const early = this.#early;
    if (!early || this.#closed) return;
    this.#early = undefined;
    this.#head(headers);
    this.response.write(Buffer.concat([Buffer.from(welcome), ...early]));
  }

  get buffered(): number {
    return this.response.writableLength;
  }

  write(batch: Batch): boolean {
    if (this.#closed) return true;
    if (!this.#early) return this.#send(batch.joined());
    this.#early.push(batch.joined());
    return false;
  }

  /** A sign of life, unless something is unread already: a client that does not read would not see it either. */
  beat(): void {
    if (!this.#closed && !this.#early && this.response.writableLength === 0) this.#send(COMMENT);
  }

  close(notice: Disconnect): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#early) this.#head({});
    this.#early = undefined;
    this.response.end(this.#wire.dialect.encodeNotice({ type: 'disconnect', disconnect: notice }));
    const timer = this.#clock.after(CLOSE_TIMEOUT, () => this.response.destroy());
    this.response.once('close', () => timer.cancel());
  }

  /** Once the head is out the stream is all that the socket carries, and going straight there costs an eighth less. */
  #send(bytes: Buffer): boolean {
    return (this.response.socket ?? this.response).write(bytes);
  }

  #head(headers: OutgoingHttpHeaders): void {
    // The stream ends with its connection, so no chunk needs a length before it.
    this.response.removeHeader('Transfer-Encoding');
    this.response.writeHead(200, { ...headers, ...STREAM_HEADERS });
  }
}
