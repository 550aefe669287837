/**
 * Socket.IO at `/socket.io/`: the same commands and events, for every client of protocol 5.
 *
 * The library keeps the connections and reads packets; what a session hears goes from the hub straight to Engine.IO, so
 * that an event is encoded once for all and slow readers are dealt with as on every transport.
 *
 * @module
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { ERRORS, TidingsError } from '@tidings/protocol';
import { Server, type Socket } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../core/ports/clock.ts';
import type { Wire } from '../../core/ports/connection.ts';
import type { Incoming, Reply, SubscribedTo } from '../../core/ports/dialect.ts';
import type { ChannelEvent } from '../../core/ports/event.ts';
import type { RecoveryStore } from '../../core/ports/recovery-store.ts';
import type { Admission, Handshake, Host, Identity, Session } from '../../core/ports/transport.ts';
import { tokenOf } from '../websocket/token.ts';
import { readCommand } from './incoming.ts';
import { AckId, packetParser, REFUSED } from './packet-parser.ts';
import { recoveryAdapter } from './recovery-adapter.ts';
import { SessionRecovery } from './session-recovery.ts';
import { type Engine, SocketIOConnection, socketioWire } from './socketio-connection.ts';
import { ackPacket, answerOf, channelEventPacket, eventPacket, socketioDialect } from './socketio-dialect.ts';
import { Visit } from './visit.ts';

export interface SocketIOTransportOptions {
  readonly host: Host;
  /** Its listeners for requests must be there already: what is not for Socket.IO is passed on to them. */
  readonly server: HttpServer;
  readonly clock: Clock;
  /** The names of commands; any other event is left to a kit's handlers, where there are some. */
  readonly commands: { has(name: string): boolean };
  /** Where sessions are remembered; opened and closed by this transport. */
  readonly recovery: RecoveryStore;
  /** How long a client that was cut off may come back to its session, milliseconds. */
  readonly recoveryWindow: number;
  /** Parses JSON from outside. @throws TidingsError */
  readonly parse: (text: string) => unknown;
  /** Reads the client's address, where a proxy in front is trusted to name it. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Whether pages of an origin may connect. @throws TidingsError `origin_refused`. */
  readonly checkOrigin: (origin: string | undefined, host: string | undefined) => void;
  /** Whether an identity that was verified before still may come in; asked of a session that is recovered. */
  readonly stands: (identity: Identity) => boolean;
  /** The recovery store failed. */
  readonly onError: (error: unknown) => void;
}

/** What is told browsers about a page of another origin. */
interface CorsOptions {
  readonly origin: string | false;
  readonly credentials: boolean;
}

/** Where it is, as clients expect it. */
const PATH = '/socket.io/';

/** How long a client may take to answer a heartbeat, as a part of the time between two. */
const PONG_SHARE = 0.8;

/** How long a connection may be there without joining a namespace, milliseconds. */
const JOIN_TIMEOUT = 10_000;

/** The packet by which a client joins the namespace `/`, in each way to write it; what follows is its `auth`. */
const JOIN_PACKET = /^0(?:\/(?:,|$)|(?!\/))/;

/** The packet by which a client joins any other, which the library answers whether or not answers are read. */
const OTHER_JOIN_PACKET = /^0\//;

/** So often a client may join other namespaces over one connection. */
const MAX_OTHER_JOINS = 1000;

/** Events of a client that end its session for good. */
const LEFT_FOR_GOOD: ReadonlySet<string> = new Set(['client namespace disconnect']);

export class SocketIOTransport {
  /** The Socket.IO server, for the handlers of kits. */
  readonly io: Server;
  readonly #options: SocketIOTransportOptions;
  readonly #wire: Wire;
  readonly #recovery: SessionRecovery;
  readonly #visits = new WeakMap<Engine, Visit>();
  /** Clients that have a place at the gate and no connection yet, and how it is given back. */
  readonly #expected = new WeakMap<IncomingMessage, () => void>();
  /** The client whose packet is being read in this moment, when that asks to join. */
  #reading: { readonly visit: Visit; readonly auth: string } | undefined;

  constructor(options: SocketIOTransportOptions) {
    const { host, server, clock, recovery, recoveryWindow: window, checkOrigin } = options;
    this.#options = options;
    const wire = socketioWire(socketioDialect(() => host.log));
    this.#wire = wire;
    this.#recovery = new SessionRecovery({ ...options, wire, store: recovery, window });
    this.io = new Server(server, {
      path: PATH,
      serveClient: true,
      transports: ['polling', 'websocket'],
      // Unknown paths are answered by whoever answers upgrades.
      destroyUpgrade: false,
      maxHttpBufferSize: host.maxMessage,
      // Its own may be one that answers pings without end to a client that does not read.
      wsEngine: WebSocketServer,
      pingInterval: host.heartbeat,
      pingTimeout: host.heartbeat * PONG_SHARE,
      connectTimeout: JOIN_TIMEOUT,
      // Polls are short; compressing them would cost more than it saves.
      httpCompression: false,
      parser: packetParser(options.parse),
      adapter: recoveryAdapter((pid, offset) => this.#restore(pid, offset), clock, window),
      connectionStateRecovery: { maxDisconnectionDuration: window, skipMiddlewares: false },
      cors: (
        request: Pick<IncomingMessage, 'headers'>,
        answer: (error: null, options: CorsOptions) => void,
      ) => {
        const { origin } = request.headers;
        answer(null, {
          origin: isAllowed(checkOrigin, request) && origin !== undefined ? origin : false,
          credentials: true,
        });
      },
      allowRequest: (request, answer) => void this.#allow(request).then((fault) => answer(fault, !fault)),
    });
    this.io.engine.on('connection', (engine: Engine) => this.#meet(engine));
    // Of an older protocol, for one, which the library looks at after it has asked for a place.
    this.io.engine.on('connection_error', ({ req }: { req: IncomingMessage }) => this.#expected.get(req)?.());
    this.io.use((socket, next) => void this.#admit(socket).then(next));
    this.io.on('connection', (socket) => this.#join(socket));
  }

  /** Opens what sessions are remembered in. @throws Error that says what is wrong with it. */
  start(): Promise<void> {
    return this.#options.recovery.open(this.#options.clock.now());
  }

  /** Ends all connections, in a way that clients come back, and saves what is to be remembered. */
  async close(): Promise<void> {
    this.io.engine.close();
    await this.#recovery.close();
    await this.#options.recovery.close();
  }

  // Coming in

  /** Takes a place for a client that knocks. @returns what is against it. */
  async #allow(request: IncomingMessage): Promise<string | null> {
    const { host } = this.#options;
    const handshake = this.#handshake(request);
    try {
      await host.admit({ ...handshake, token: undefined, cookies: undefined });
    } catch (error) {
      return error instanceof TidingsError ? error.code : 'internal';
    }
    const giveUp = () => {
      if (!this.#expected.delete(request)) return;
      request.socket.off('close', giveUp);
      host.turnedAway(handshake.address);
    };
    this.#expected.set(request, giveUp);
    if (request.socket.destroyed) giveUp();
    else request.socket.once('close', giveUp);
    return null;
  }

  #handshake(request: IncomingMessage): Handshake {
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    return {
      origin: request.headers.origin,
      host: request.headers.host,
      address: this.#options.addressOf(request),
      token: url ? tokenOf(request, url) : undefined,
      cookies: request.headers.cookie,
    };
  }

  #meet(engine: Engine): void {
    const { request } = engine;
    request.socket.off('close', this.#expected.get(request) ?? (() => {}));
    this.#expected.delete(request);
    const visit = new Visit(this.#options.host, engine, this.#handshake(request));
    this.#visits.set(engine, visit);
    // Before the library reads it, which asks to restore a session without saying whose connection it is.
    engine.prependListener('data', (data: unknown) => this.#read(visit, data));
    engine.once('close', () => visit.end());
  }

  #read(visit: Visit, data: unknown): void {
    this.#reading = undefined;
    if (typeof data !== 'string') return;
    if (!JOIN_PACKET.test(data)) {
      if (OTHER_JOIN_PACKET.test(data)) this.#countOther(visit);
      return;
    }
    if (visit.joining) visit.engine.close(true);
    visit.joining = true;
    this.#reading = { visit, auth: data.replace(JOIN_PACKET, '') };
  }

  #countOther(visit: Visit): void {
    visit.otherJoins += 1;
    if (visit.otherJoins > MAX_OTHER_JOINS) visit.engine.close(true);
  }

  async #restore(pid: string, cursor: string): Promise<string | undefined> {
    if (!this.#reading) return undefined;
    const { visit, auth } = this.#reading;
    return this.#recovery.restore(visit, pid, cursor, tokenIn(this.#options.parse(auth)));
  }

  /** @returns what is told a client that may not come in. */
  async #admit(socket: Socket): Promise<Error | undefined> {
    const visit = this.#visits.get(socket.conn);
    if (!visit || (socket.recovered && visit.joined)) return undefined;
    try {
      await visit.admit(tokenIn(socket.handshake.auth));
      return undefined;
    } catch (error) {
      visit.leave();
      const fault = error instanceof TidingsError ? error : new TidingsError('internal');
      // A client does not come back by itself after an error, but it does after a connection that ended.
      if (ERRORS[fault.code].retry) socket.conn.close();
      return Object.assign(new Error(fault.message), { data: fault.toBody() });
    }
  }

  #join(socket: Socket): void {
    const visit = this.#visits.get(socket.conn);
    if (!visit) return;
    visit.socket = socket;
    socket.on('disconnect', (reason) => this.#left(visit, reason));
    const { session, connection } = visit.joined ?? this.#open(visit, socket.id);
    // The server may have ended it in the moment in which it came.
    if (session.closed) return;
    // Before a kit's handlers say anything.
    this.#options.host.flush();
    connection.release();
    this.#recovery.arrived(visit, Reflect.get(socket, 'pid'));
    socket.onAny((event: unknown, ...parameters: unknown[]) =>
      this.#receive(session, socket, event, parameters),
    );
  }

  #open(visit: Visit, id: string) {
    const { host } = this.#options;
    const connection = new SocketIOConnection(visit, host, this.#wire);
    connection.hold();
    const session = host.open({
      ...(visit.admitted as Admission),
      id,
      transport: 'socketio',
      wire: this.#wire,
      connection,
      address: visit.handshake.address,
    });
    const joined = { session, connection };
    visit.join(joined);
    return joined;
  }

  #left(visit: Visit, reason: string): void {
    const session = visit.joined?.session;
    if (!session) return;
    const back = session.closed?.reconnect ?? !LEFT_FOR_GOOD.has(reason);
    visit.leave();
    this.#recovery.left(session, back);
  }

  // Commands

  #receive(session: Session, socket: Socket, event: unknown, parameters: unknown[]): void {
    const { commands, host } = this.#options;
    if (typeof event === 'string' && !commands.has(event) && socket.listenerCount(event) > 0) return;
    const ack =
      typeof parameters.at(-1) === 'function' ? (parameters.pop() as (id: AckId) => void) : undefined;
    const id = new AckId();
    ack?.(id);
    const { incoming, single } = readEvent(event, parameters);
    const command = { ...incoming, awaited: ack !== undefined };
    host.handle(session, command, (reply) => this.#answer(session, reply, id.id, single));
  }

  /** Answers in line with the events. */
  #answer(session: Session, reply: Reply, id: number | undefined, single: boolean): void {
    const { host } = this.#options;
    if (reply.ok && reply.command === 'subscribe') this.#recovery.changed(session);
    if (id !== undefined) host.send(session, ackPacket(id, answerOf(reply, single)));
    else if (!reply.ok) host.send(session, eventPacket('error', { ...reply.error, command: reply.command }));
    else if (reply.command === 'subscribe')
      for (const event of pastOf(reply)) host.send(session, channelEventPacket(event, null));
  }
}

/** Reads an event, or what stands for one that was refused. */
function readEvent(event: unknown, parameters: readonly unknown[]): { incoming: Incoming; single: boolean } {
  if (typeof event === 'string') return readCommand(event, parameters);
  const refused = event === REFUSED && parameters[0] instanceof TidingsError;
  const error = refused ? (parameters[0] as TidingsError) : new TidingsError('malformed_message');
  return { incoming: { error }, single: false };
}

/** What was missed, for a client that asked for it without an acknowledgement; in the order of the log. */
function pastOf(reply: Reply & { readonly ok: true }): readonly ChannelEvent[] {
  const { channels } = reply.data as { readonly channels: readonly SubscribedTo[] };
  return channels
    .flatMap((channel) => ('events' in channel ? channel.events : []))
    .sort((a, b) => a.sequence - b.sequence);
}

/** The token of a client's `auth`, which is whatever it likes. */
function tokenIn(auth: unknown): string | undefined {
  const token: unknown = typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'token') : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function isAllowed(
  checkOrigin: SocketIOTransportOptions['checkOrigin'],
  { headers }: Pick<IncomingMessage, 'headers'>,
): boolean {
  try {
    checkOrigin(headers.origin, headers.host);
    return true;
  } catch {
    return false;
  }
}
