/**
 * WebSocket: the native protocol at `/realtime`, and any dialect of a kit on a path of its own.
 *
 * @module
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { DISCONNECTS, type DisconnectReason, disconnect, SUBPROTOCOL, TidingsError } from '@tidings/protocol';
import { WebSocketServer, type Server as WebSockets } from 'ws';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { Wire } from '../../core/ports/connection.ts';
import type { Dialect } from '../../core/ports/dialect.ts';
import type { Admission, Handshake, Host, Session } from '../../core/ports/transport.ts';
import { batchWire } from './batch-wire.ts';
import { deflateFrame, WINDOW_BITS } from './deflate-frame.ts';
import { textFrame } from './frame.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { tokenOf } from './token.ts';
import { ClientWebSocket, WebSocketConnection } from './websocket-connection.ts';

/** A path and what is spoken there. */
export interface WebSocketRoute {
  readonly path: string;
  readonly dialect: Dialect;
  /** Called once a client is in, before its first message is read. */
  readonly onOpen?: ((session: Session, request: IncomingMessage) => void) | undefined;
}

/** A route with its wire, which all its connections share. */
interface Route {
  readonly route: WebSocketRoute;
  readonly wires: Wires;
  /** For clients that asked for batches, where the dialect has a form for them. */
  readonly batched: Wires;
}

interface Wires {
  readonly plain: Wire;
  /** For clients that asked for compression. */
  readonly deflate: Wire;
}

export interface WebSocketTransportOptions {
  readonly host: Host;
  readonly server: Server;
  readonly clock: Clock;
  /** Whether messages are compressed for clients that ask for it. */
  readonly compression: boolean;
  /** Prefixes of addresses whose upgrades somebody else answers. */
  readonly others: readonly string[];
  /** Reads the client's address, where a proxy in front is trusted to name it. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** The name of the extension that compresses messages (RFC 7692). */
const DEFLATE = 'permessage-deflate';

/** Connections are pinged in so many groups, one after the other, so that no tick pings all. */
const HEARTBEAT_GROUPS = 16;

export class WebSocketTransport {
  readonly #options: WebSocketTransportOptions;
  readonly #routes = new Map<string, Route>();
  readonly #groups = Array.from({ length: HEARTBEAT_GROUPS }, () => new Set<WebSocketConnection>());
  readonly #wss: WebSockets<typeof ClientWebSocket>;
  readonly #heartbeat: Timer;
  #turn = 0;
  #next = 0;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
    this.#wss = new WebSocketServer<typeof ClientWebSocket>({
      noServer: true,
      clientTracking: false,
      maxPayload: options.host.maxMessage,
      WebSocket: ClientWebSocket,
      perMessageDeflate: options.compression && {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: WINDOW_BITS,
      },
      // Answered below, where a client that only pings and never reads finds an end.
      autoPong: false,
      handleProtocols: (offered) =>
        offered.has(SUBPROTOCOL) ? SUBPROTOCOL : (offered.values().next().value ?? false),
    });
    options.server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    this.#heartbeat = options.clock.every(options.host.heartbeat / HEARTBEAT_GROUPS, () => this.#beat());
  }

  /** @throws Error when the path is taken. */
  add(route: WebSocketRoute): void {
    if (this.#routes.has(route.path)) throw new Error(`WebSocket path "${route.path}" is declared twice`);
    const { path, dialect } = route;
    const wires = {
      plain: { dialect, frame: textFrame },
      deflate: { dialect, frame: deflateFrame },
    };
    const batched = dialect.batch && {
      plain: batchWire(dialect, dialect.batch, textFrame),
      deflate: batchWire(dialect, dialect.batch, deflateFrame),
    };
    this.#routes.set(path, { route, wires, batched: batched ?? wires });
  }

  close(): void {
    this.#heartbeat.cancel();
    for (const group of this.#groups) for (const connection of group) connection.terminate();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { host, others, addressOf } = this.#options;
    const { url: address = '/' } = request;
    // As it was sent, since that is what the others look at: an address is answered once, however it is written.
    if (others.some((prefix) => address.startsWith(prefix))) return;
    const url = URL.parse(address, 'http://localhost');
    const found = url && this.#routes.get(url.pathname);
    if (!found) {
      refuseUpgrade(socket, new TidingsError('not_found'));
      return;
    }
    const handshake: Handshake = {
      origin: request.headers.origin,
      host: request.headers.host,
      address: addressOf(request),
      token: tokenOf(request, url),
      cookies: request.headers.cookie,
    };
    // Until ws takes the socket over, nobody else would hear that it failed.
    const onError = () => socket.destroy();
    socket.on('error', onError);
    const entered = await host.admit(handshake).catch((error: unknown) => error);
    const reason = reasonOf(entered);
    if (entered instanceof Error && !reason) {
      refuseUpgrade(socket, entered instanceof TidingsError ? entered : new TidingsError('internal'));
      return;
    }
    if (socket.destroyed) {
      if (!reason) host.turnedAway(handshake.address);
      return;
    }
    let taken = false;
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      taken = true;
      socket.off('error', onError);
      const wires = url.searchParams.get('batch') === '1' ? found.batched : found.wires;
      const wire = ws.extensions.includes(DEFLATE) ? wires.deflate : wires.plain;
      const connection = new WebSocketConnection({ ws, socket, wire, host });
      // Browsers see no HTTP status of a failed handshake, so a bad token is told by close code.
      if (reason) connection.close(disconnect(reason));
      else this.#open(connection, ws, found.route, entered as Admission, request);
    });
    if (!taken && !reason) host.turnedAway(handshake.address);
  }

  #open(
    connection: WebSocketConnection,
    ws: ClientWebSocket,
    route: WebSocketRoute,
    admission: Admission,
    request: IncomingMessage,
  ): void {
    const group = this.#groups[this.#next++ % HEARTBEAT_GROUPS] as Set<WebSocketConnection>;
    group.add(connection);
    ws.on('close', () => {
      group.delete(connection);
      connection.ended();
    });
    const session = connection.open(admission, this.#options.addressOf(request));
    route.onOpen?.(session, request);
  }

  #beat(): void {
    const group = this.#groups[this.#turn++ % HEARTBEAT_GROUPS] as Set<WebSocketConnection>;
    for (const connection of group) connection.beat();
  }
}

/** The close reason for a fault of the token; anything else is refused before the handshake. */
function reasonOf(entered: unknown): DisconnectReason | undefined {
  return entered instanceof TidingsError && entered.code in DISCONNECTS && entered.status === 401
    ? (entered.code as DisconnectReason)
    : undefined;
}
