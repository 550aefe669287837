import type { Duplex } from 'node:stream';
import { DISCONNECTS, type Disconnect } from '@tidings/protocol';
import { WebSocket } from 'ws';
import type { Batch } from '../../core/ports/batch.ts';
import type { Connection, Wire } from '../../core/ports/connection.ts';
import type { Session } from '../../core/ports/transport.ts';
import { PING_FRAME } from './frame.ts';

/** How long a peer may take to answer the close frame before its socket is destroyed, milliseconds. */
const CLOSE_TIMEOUT = 3000;

/** Bytes that may be unread while pings are still answered. */
const MAX_UNREAD_PONGS = 64 * 1024;

/**
 * One WebSocket client.
 *
 * `ws` does the handshake and reads; frames go out here, straight to the socket, because they are built once for all
 * subscribers. Both write whole frames in one call, so they never mix.
 */
export class WebSocketConnection implements Connection {
  readonly ws: WebSocket;
  /** Set once the client is in. */
  session: Session | undefined;
  /** Something was heard since the last heartbeat. */
  alive = true;
  readonly #socket: Duplex;
  readonly #wire: Wire;

  constructor(ws: WebSocket, socket: Duplex, wire: Wire) {
    this.ws = ws;
    this.#socket = socket;
    this.#wire = wire;
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  write(batch: Batch): boolean {
    if (this.ws.readyState !== WebSocket.OPEN) return true;
    return this.#socket.write(batch.joined());
  }

  ping(): void {
    if (this.ws.readyState === WebSocket.OPEN) this.#socket.write(PING_FRAME);
  }

  /** Answers a ping, unless so much is unread already that another answer would only add to it. */
  pong(data: Buffer): void {
    if (this.buffered < MAX_UNREAD_PONGS) this.ws.pong(data);
  }

  close(notice: Disconnect): void {
    if (this.ws.readyState !== WebSocket.OPEN) return;
    const text = this.#wire.dialect.encodeNotice({ type: 'disconnect', disconnect: notice });
    if (text !== undefined) this.#socket.write(this.#wire.frame(text));
    this.ws.close(notice.code, DISCONNECTS[notice.reason].message);
    setTimeout(() => this.ws.terminate(), CLOSE_TIMEOUT).unref();
  }
}
