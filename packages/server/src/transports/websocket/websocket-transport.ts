/**
 * WebSocket: the native protocol at `/realtime`, and any dialect of a kit on a path of its own.
 *
 * @module
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { DISCONNECTS, type DisconnectReason, disconnect, SUBPROTOCOL, TidingsError } from '@tidings/protocol';
import { type RawData, WebSocketServer } from 'ws';
import type { Clock, Timer } from '../../core/ports/clock.ts';
import type { Wire } from '../../core/ports/connection.ts';
import type { Dialect } from '../../core/ports/dialect.ts';
import type { Admission, Handshake, Host, Session } from '../../core/ports/transport.ts';
import { textFrame } from './frame.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { tokenOf } from './token.ts';
import { WebSocketConnection } from './websocket-connection.ts';

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
  readonly wire: Wire;
}

export interface WebSocketTransportOptions {
  readonly host: Host;
  readonly server: Server;
  readonly clock: Clock;
  /** Prefixes of paths whose upgrades somebody else answers. */
  readonly others: readonly string[];
  /** Reads the client's address, where a proxy in front is trusted to name it. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** Connections are pinged in so many groups, one after the other, so that no tick pings all. */
const HEARTBEAT_GROUPS = 16;

export class WebSocketTransport {
  readonly #options: WebSocketTransportOptions;
  readonly #routes = new Map<string, Route>();
  readonly #groups = Array.from({ length: HEARTBEAT_GROUPS }, () => new Set<WebSocketConnection>());
  readonly #wss: WebSocketServer;
  readonly #heartbeat: Timer;
  #turn = 0;
  #next = 0;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
    this.#wss = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.host.maxMessage,
      perMessageDeflate: false,
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
    this.#routes.set(route.path, { route, wire: { dialect: route.dialect, frame: textFrame } });
  }

  close(): void {
    this.#heartbeat.cancel();
    for (const group of this.#groups) for (const { ws } of group) ws.terminate();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { host, others, addressOf } = this.#options;
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url && others.some((prefix) => url.pathname.startsWith(prefix))) return;
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
      const connection = new WebSocketConnection(ws, socket, found.wire);
      // Browsers see no HTTP status of a failed handshake, so a bad token is told by close code.
      if (reason) {
        ws.on('error', () => {});
        connection.close(disconnect(reason));
      } else {
        this.#open(connection, found, entered as Admission, handshake.address, request, socket);
      }
    });
    if (!taken && !reason) host.turnedAway(handshake.address);
  }

  #open(
    connection: WebSocketConnection,
    { route, wire }: Route,
    admission: Admission,
    address: string,
    request: IncomingMessage,
    socket: Duplex,
  ): void {
    const { host } = this.#options;
    const { ws } = connection;
    const group = this.#groups[this.#next++ % HEARTBEAT_GROUPS] as Set<WebSocketConnection>;
    group.add(connection);
    const session = host.open({ ...admission, transport: 'websocket', wire, connection, address });
    connection.session = session;
    ws.on('message', (data: RawData, isBinary: boolean) => {
      connection.alive = true;
      if (isBinary)
        host.handle(
          session,
          { error: new TidingsError('malformed_message', 'Messages are text.') },
          (reply) => answer(host, session, reply),
        );
      else host.receive(session, (data as Buffer).toString());
    });
    ws.on('ping', (data: Buffer) => {
      connection.alive = true;
      connection.pong(data);
    });
    ws.on('pong', () => {
      connection.alive = true;
    });
    // ws answers a broken frame with its close code (1002, 1007, 1009) by itself.
    ws.on('error', () => {});
    ws.on('close', () => {
      group.delete(connection);
      host.closed(session);
    });
    socket.on('drain', () => host.writable(session));
    route.onOpen?.(session, request);
  }

  #beat(): void {
    const group = this.#groups[this.#turn++ % HEARTBEAT_GROUPS] as Set<WebSocketConnection>;
    for (const connection of group) {
      if (connection.alive) {
        connection.alive = false;
        connection.ping();
      } else if (connection.session) {
        this.#options.host.disconnect(connection.session, disconnect('heartbeat_timeout'));
        connection.ws.terminate();
      }
    }
  }
}

function answer(host: Host, session: Session, reply: Parameters<Dialect['encodeReply']>[0]): void {
  const text = session.wire.dialect.encodeReply(reply);
  if (text !== undefined) host.send(session, text);
}

/** The close reason for a fault of the token; anything else is refused before the handshake. */
function reasonOf(entered: unknown): DisconnectReason | undefined {
  return entered instanceof TidingsError && entered.code in DISCONNECTS && entered.status === 401
    ? (entered.code as DisconnectReason)
    : undefined;
}
